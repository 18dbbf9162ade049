import { createHash } from 'node:crypto';
import { writeSafetensors } from '@pip-graft/weights';
import type { Adapter } from '../adapter/adapter.ts';
import { encodeAdapterConfig } from '../adapter/adapter-config.ts';

/** An adapter with its digest: SHA-256 over config and tensors as they are written, not over how a file spells them. */
export function withDigest(adapter: Adapter): Adapter {
  const hash = createHash('sha256');
  hash.update(encodeAdapterConfig(adapter));
  hash.update(writeSafetensors(adapter.tensors, {}, adapter.config.dtype));
  return { ...adapter, digest: `sha256:${hash.digest('hex')}` };
}
