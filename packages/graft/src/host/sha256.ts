import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';

/** A running digest. */
export interface Hash {
  /** Adds bytes, and returns itself. */
  update(bytes: Uint8Array): Hash;
  /** The digest in hexadecimal digits; ends it. */
  hex(): string;
}

/** A fresh SHA-256 in JavaScript: browsers' own takes all bytes at once and answers later. */
export function newSha256(): Hash {
  const running = sha256.create();
  const hash: Hash = {
    update(bytes) {
      running.update(bytes);
      return hash;
    },
    hex: () => bytesToHex(running.digest()),
  };
  return hash;
}
