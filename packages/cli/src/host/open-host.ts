import { createHash } from 'node:crypto';
import { fingerprint, type Located, locateSkips } from '@pip-graft/backbones';
import { type GraphFacts, graphFacts } from '@pip-graft/onnx-graft';
import { digest, type OpenedModel, openModel } from '@pip-graft/onnx-graft/node';

/** A model with what was found in it. */
export interface Host extends OpenedModel {
  readonly facts: GraphFacts;
  readonly located: Located;
}

/** Opens a model and locates its skip connections. */
export function openHost(path: string): Host {
  const opened = openModel(path);
  const facts = graphFacts(opened.model);
  return { ...opened, facts, located: locateSkips(opened.model, facts) };
}

/** What an adapter is bound to: the exact file, and the network whatever file it is in. */
export interface HostIdentity {
  readonly digest: string;
  readonly fingerprint: string;
}

/** Digest and fingerprint of a host; reads the file once. */
export function identify({ model, located, external, facts }: Host): HostIdentity {
  const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
  const { sites } = located;
  return {
    digest: digest(model.source),
    fingerprint: fingerprint(model, { digest: sha256, external, sites, facts }),
  };
}
