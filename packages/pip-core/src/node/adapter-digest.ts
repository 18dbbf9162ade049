import type { Adapter } from '../adapter/adapter.ts';
import { encodeAdapter } from '../adapter/adapter-text.ts';
import { sha256 } from './sha256.ts';

/** An adapter with its digest: SHA-256 over config and tensors as they are written, not over how a file spells them. */
export function withDigest(adapter: Adapter): Adapter {
  const { config, tensors } = encodeAdapter(adapter);
  return { ...adapter, digest: sha256(config, tensors) };
}
