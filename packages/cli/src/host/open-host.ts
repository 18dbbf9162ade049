import { createHash } from 'node:crypto';
import { fingerprint, type Located, locateSkips } from '@pip-graft/backbones';
import { type GraphFacts, graphFacts } from '@pip-graft/onnx-graft';
import {
  digest,
  type ExternalMode,
  type OpenedModel,
  openModel,
  rehomeExternal,
} from '@pip-graft/onnx-graft/node';

/** A model with what was found in it. */
export interface Host extends OpenedModel {
  readonly facts: GraphFacts;
  readonly located: Located;
}

/** Opens a model, as it will stand at `home` when that is given, and locates its skip connections. */
export function openHost(path: string, home?: Home): Host {
  const opened = atHome(openModel(path), home);
  const facts = graphFacts(opened.model);
  return { ...opened, facts, located: locateSkips(opened.model, facts) };
}

/** Where a grafted host will stand, and what happens to its external data then. */
export interface Home {
  readonly target: string;
  readonly external: ExternalMode;
}

/** The host as it will stand there: what is grafted onto, and what removal gives back. */
function atHome(opened: OpenedModel, home: Home | undefined): OpenedModel {
  if (!home || opened.locations.size === 0) return opened;
  const { model, external, files } = rehomeExternal(
    opened.model,
    opened,
    home.target,
    home.external,
  );
  // Files that have to be copied or linked stay the model's external data; all else is settled.
  return files.size > 0 ? opened : { ...opened, model, external, locations: new Set() };
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
