import { createHash } from 'node:crypto';
import type { Adapter } from '../adapter/adapter.ts';
import { encodeAdapter } from '../adapter/adapter-text.ts';

/** An adapter with its digest: SHA-256 over config and tensors as they are written, not over how a file spells them. */
export function withDigest(adapter: Adapter): Adapter {
  const { config, tensors } = encodeAdapter(adapter);
  return { ...adapter, digest: sha256(config, tensors) };
}

/** `sha256:…` of texts and bytes, one after the other. */
export function sha256(...parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return `sha256:${hash.digest('hex')}`;
}
