import { chunks } from '../wire/chunks.ts';
import type { ByteSource } from '../wire/source.ts';
import { writeAtomic } from './write-atomic.ts';
import { type WriteOptions, writeNew } from './write-new.ts';

export interface WriteSourceOptions extends Omit<WriteOptions, 'mode'> {
  /** Receives the bytes written so far. */
  readonly onChunk?: ((done: number) => void) | undefined;
  /** Throws if what was written must not take its place. */
  readonly verify?: (() => void) | undefined;
}

/** Writes the bytes of a source to a file, streamed, completely or not at all. */
export async function writeSource(
  path: string,
  source: ByteSource,
  options: WriteSourceOptions,
): Promise<void> {
  const { signal, durable = false } = options;
  await writeAtomic(path, (append) => appendSource(append, source, options), signal, { durable });
}

/** Writes the bytes of a source to a file that does not exist yet; see {@link writeNew}. */
export async function writeNewSource(
  path: string,
  source: ByteSource,
  options: WriteSourceOptions,
): Promise<void> {
  await writeNew(path, (append) => appendSource(append, source, options), options);
}

async function appendSource(
  append: (bytes: Uint8Array) => Promise<void>,
  source: ByteSource,
  { onChunk, verify }: WriteSourceOptions,
): Promise<void> {
  let done = 0;
  for (const chunk of chunks(source)) {
    await append(chunk);
    done += chunk.length;
    onChunk?.(done);
  }
  source.verify?.();
  verify?.();
}
