import { chunks } from '../wire/chunks.ts';
import type { ByteSource } from '../wire/source.ts';
import { writeAtomic } from './write-atomic.ts';

/** Writes the bytes of a source to a file, streamed, whole or not at all. */
export async function writeSource(
  path: string,
  source: ByteSource,
  options: {
    readonly signal?: AbortSignal | undefined;
    /** Receives the bytes written so far. */
    readonly onChunk?: ((done: number) => void) | undefined;
    /** Throws when what was written should not take its place. */
    readonly verify?: (() => void) | undefined;
  },
): Promise<void> {
  let done = 0;
  await writeAtomic(
    path,
    async (append) => {
      for (const chunk of chunks(source)) {
        await append(chunk);
        done += chunk.length;
        options.onChunk?.(done);
      }
      source.verify?.();
      options.verify?.();
    },
    options.signal,
  );
}
