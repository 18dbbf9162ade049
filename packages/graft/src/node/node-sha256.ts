import { createHash } from 'node:crypto';
import type { Hash } from '../host/look-at.ts';

/** Node's SHA-256, several times as fast as one in JavaScript. */
export function nodeSha256(): Hash {
  const running = createHash('sha256');
  const hash: Hash = {
    update(bytes) {
      running.update(bytes);
      return hash;
    },
    hex: () => running.digest('hex'),
  };
  return hash;
}
