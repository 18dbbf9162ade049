import { fingerprint } from '@pip-graft/backbones';
import { chunks, type GraphFacts, type Model, type SkipSite } from '@pip-graft/onnx-graft';
import type { Hash } from './sha256.ts';

/** What an adapter is bound to: the exact file, and the network whatever file it is in. */
export interface HostIdentity {
  /** `sha256:…` of the file. */
  readonly digest: string;
  /** The same for every export of one network. */
  readonly fingerprint: string;
}

interface Identifiable {
  readonly model: Model;
  readonly facts: GraphFacts;
  readonly sites: readonly SkipSite[];
  readonly newHash: () => Hash;
}

/** Digest and fingerprint of a host; reads its bytes once. */
export function identify({ model, facts, sites, newHash }: Identifiable): HostIdentity {
  return {
    digest: fileDigest(model, newHash()),
    fingerprint: fingerprint(model, {
      digest: (bytes) => newHash().update(bytes).hex(),
      sites,
      facts,
    }),
  };
}

/** `sha256:…` of a model's file. */
export function fileDigest({ source }: Model, hash: Hash): string {
  for (const chunk of chunks(source)) hash.update(chunk);
  return `sha256:${hash.hex()}`;
}
