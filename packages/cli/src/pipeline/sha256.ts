import { createHash } from 'node:crypto';

/** Computes the SHA-256 of a text or bytes, in hexadecimal digits. */
export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}
