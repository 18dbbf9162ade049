import { createHash } from 'node:crypto';
import type { Adapter } from '../adapter/adapter.ts';
import { encodeAdapter } from '../adapter/adapter-text.ts';

/** Adds an adapter's digest: SHA-256 of canonical config and tensors, not of a file's encoding. */
export function withDigest(adapter: Adapter): Adapter {
  const { config, tensors } = encodeAdapter(adapter);
  return { ...adapter, digest: sha256(config, tensors) };
}

/** `sha256:…` of concatenated texts and bytes. */
export function sha256(...parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return `sha256:${hash.digest('hex')}`;
}
