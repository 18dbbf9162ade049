import { createHash } from 'node:crypto';
import { chunks } from '../wire/chunks.ts';
import type { ByteSource } from '../wire/source.ts';

/** `sha256:` and the hex SHA-256 of a source's bytes, read in chunks. */
export function digest(source: ByteSource): string {
  const hash = createHash('sha256');
  for (const chunk of chunks(source)) hash.update(chunk);
  return `sha256:${hash.digest('hex')}`;
}
