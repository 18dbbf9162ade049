import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { type Located, locateSkips } from '@pip-graft/backbones';
import { argument, type GraphFacts, graphFacts, type Model } from '@pip-graft/onnx-graft';
import { type Hash, type HostIdentity, identify } from './look-at.ts';

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
