import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { fingerprint, type Located, locateSkips } from '@pip-graft/backbones';
import {
  argument,
  chunks,
  GraftError,
  type GraphFacts,
  graphFacts,
  type Model,
  type SkipSite,
} from '@pip-graft/onnx-graft';
import { type GraftRecord, type HostImage, readGraft, ungraft } from '@pip-graft/pip-core';

/** A model with what was found in it. */
export interface Host {
  readonly model: Model;
  readonly facts: GraphFacts;
  /** Family, skip connections, and every rejected candidate. */
  readonly located: Located;
  /** What adapters are bound to; the first call reads the file. */
  identity(): HostIdentity;
}

export interface HostOptions {
  /** Makes a SHA-256; default: one in JavaScript, which runs everywhere. */
  readonly newHash?: () => Hash;
}

/**
 * Infers a model's shapes and locates its skip connections.
 *
 * @example
 * const { located } = hostOf(readModel(bytesSource(bytes)));
 * located.sites.map(({ level, channels }) => [level, channels]);
 */
export function hostOf(model: Model, options: HostOptions = {}): Host {
  argument.requireKind(model, {
    member: 'graph',
    place: 'hostOf',
    takes: 'a model, which `readModel` returns,',
  });
  const { newHash = newSha256 } = options;
  const facts = graphFacts(model);
  const located = locateSkips(model, facts);
  let identity: HostIdentity | undefined;
  return {
    model,
    facts,
    located,
    identity() {
      identity ??= identify({ model, facts, sites: located.sites, newHash });
      return identity;
    },
  };
}

/** Returns a SHA-256 in JavaScript: the browser's takes all bytes at once and is asynchronous. */
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

/** A running digest. */
export interface Hash {
  /** Adds bytes, and returns itself. */
  update(bytes: Uint8Array): Hash;
  /** Ends the digest and returns it in hexadecimal digits. */
  hex(): string;
}

/** What a program that runs a model needs to know about it. */
export interface Look {
  readonly family: string;
  /** Height and width of an image must be multiples of this; 1 for any size. */
  readonly sizeMultiple: number;
  /** null without a graft. */
  readonly graft: GraftRecord | null;
}

/** A {@link Look} with how images enter and leave the model; null if no input is an image. */
export interface CloseLook extends Look {
  readonly image: HostImage | null;
  /** Why no range suits the values of its images, and what to do. */
  readonly unfit: string | undefined;
}

/**
 * Returns what a model's stamp says about it or, without a graft, what its graph shows. The stamp
 * is trusted because a graft changes the graph: with inputs that must be fed, sizes can no longer
 * be tried.
 *
 * Errors: `CORRUPT_FILE` for an invalid stamp.
 *
 * @example lookAt(model).sizeMultiple // 8
 */
export function lookAt(model: Model, facts?: GraphFacts): Look {
  const { family, sizeMultiple, graft } = lookClosely(model, facts);
  return { family, sizeMultiple, graft };
}

/** {@link lookAt}, with how images enter and leave a model. Errors: those of {@link lookAt}. */
export function lookClosely(model: Model, facts?: GraphFacts): CloseLook {
  argument.requireModel(model, 'lookAt');
  const graft = readGraft(model);
  if (graft?.host.image) {
    const { family, image } = graft.host;
    return { family, sizeMultiple: image.sizeMultiple, image, unfit: undefined, graft };
  }
  const located = locateSkips(model, facts);
  const { family, sizeMultiple } = located;
  return { family, sizeMultiple, image: imageOf(located), unfit: located.image?.unfit, graft };
}

/** Returns how images enter and leave a host, for its stamp. */
export function imageOf({ image, sizeMultiple }: Located): HostImage | null {
  if (!image) return null;
  const { input, output = null, layout, values } = image;
  return { input, output, sizeMultiple, ...(layout === 'NHWC' ? { layout } : {}), values };
}

/** Locates the skip connections of a host, or of the host under a graft. */
export function locateUnder(model: Model): Located {
  const under = readGraft(model) === null ? model : ungraft(model, { isPartial: true }).model;
  return locateSkips(under, graphFacts(under));
}

/** The model under a graft, and the graft's record. */
export interface Uncovered {
  readonly model: Model;
  readonly graft: GraftRecord;
}

/**
 * Removes a graft and proves that the rest is, byte for byte, the file that was grafted.
 *
 * Errors: `NOT_GRAFTED`, `CORRUPT_FILE`; `GATE_FAILED` if the file has changed since.
 */
export function uncover(grafted: Model, newHash: () => Hash): Uncovered {
  const { model, graft } = ungraft(grafted);
  const found = fileDigest(model, newHash());
  if (found === graft.host.digest) return { model, graft };
  throw new GraftError(
    'GATE_FAILED',
    `${grafted.source.label}: with the graft removed it is ${found}, but the host that was grafted was ${graft.host.digest}: something changed the file since. Remove the graft with \`graft remove\`, look at the result, and apply the adapters to that.`,
  );
}

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
function identify({ model, facts, sites, newHash }: Identifiable): HostIdentity {
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
