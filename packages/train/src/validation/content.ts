import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { filePath, ioError } from '@pip-graft/onnx-graft/node';

/**
 * Files by what they hold: the keys of two files are equal where their bytes are. Only files that are as
 * long as another are read.
 *
 * Errors: `NOT_FOUND`, `READ_FAILED`.
 *
 * @returns a key for each path
 */
export async function contentKeys(paths: readonly string[]): Promise<Map<string, string>> {
  const bySize = new Map<number, Set<string>>();
  for (const path of paths) {
    const { size } = await stat(path).catch((error: unknown) => {
      throw ioError('read', path, error);
    });
    bySize.set(size, (bySize.get(size) ?? new Set()).add(path));
  }
  const keys = new Map<string, string>();
  for (const [size, same] of bySize)
    for (const path of same)
      keys.set(path, same.size === 1 ? `${size} bytes` : `sha256:${await sha256(path)}`);
  return keys;
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const part of createReadStream(filePath(path))) hash.update(part as Buffer);
  } catch (error) {
    throw ioError('read', path, error);
  }
  return hash.digest('hex');
}
