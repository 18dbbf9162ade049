import type { GraphFacts, SkipSite } from '@pip-graft/onnx-graft';
import type { Family } from '../locate/located.ts';
import { type Structure, structureOf } from './structure.ts';

/** Family of a network, and the part of the family's profile that was seen, 0 to 1. */
export interface Recognised {
  readonly family: Family;
  readonly confidence: number;
}

/**
 * Recognises a network's family from its skip connections and building blocks, whatever the names.
 * A network with skip connections that fits no profile is a `unet`; one without is `unknown`.
 *
 * @example
 * recognise(facts, sites).family; // 'restormer'
 */
export function recognise(facts: GraphFacts, sites: readonly SkipSite[]): Recognised {
  if (sites.length === 0) return { family: 'unknown', confidence: 0 };
  const structure = structureOf(facts);
  for (const { family, required, typical } of profiles) {
    const seen = { sites, structure };
    if (!required.every((test) => test(seen))) continue;
    const fitting = typical.filter((test) => test(seen)).length;
    return { family, confidence: (1 + fitting) / (1 + typical.length) };
  }
  return { family: 'unknown', confidence: 0 };
}

/** Input of a profile. */
interface Seen {
  readonly sites: readonly SkipSite[];
  readonly structure: Structure;
}

type Test = (seen: Seen) => boolean;

/** A family: what it must have, and what published models of it also have. */
interface Profile {
  readonly family: Family;
  readonly required: readonly Test[];
  readonly typical: readonly Test[];
}

const joinedBy =
  (join: SkipSite['join']): Test =>
  ({ sites }) =>
    sites.every((site) => site.join === join);

/** Each level has half the resolution and twice the channels of the one above. */
const doubling: Test = ({ sites }) =>
  sites.every((site, i) => {
    const first = sites[0]!;
    return site.scale === 2 ** i && site.channels === first.channels * 2 ** i;
  });

/**
 * Most specific first: PromptIR has all of Restormer. Source: docs/notes/backbones.md sections 1-3.
 */
const profiles: readonly Profile[] = [
  {
    family: 'promptir',
    required: [
      joinedBy('concat'),
      ({ structure }) => structure.channelAttention > 0 && structure.prompts > 0,
    ],
    typical: [
      ({ sites }) => sites.length === 3,
      doubling,
      ({ sites, structure }) => structure.prompts === sites.length,
      ({ sites, structure }) => structure.channelAttention > sites.length,
    ],
  },
  {
    family: 'restormer',
    required: [joinedBy('concat'), ({ structure }) => structure.channelAttention > 0],
    typical: [
      ({ sites }) => sites.length === 3,
      doubling,
      ({ sites, structure }) => structure.channelAttention >= sites.length,
    ],
  },
  {
    family: 'nafnet',
    required: [
      joinedBy('add'),
      ({ structure }) => structure.simpleGates > 0 && structure.pooledAttention > 0,
    ],
    typical: [
      ({ sites }) => sites.length >= 2,
      doubling,
      ({ structure }) => structure.simpleGates === 2 * structure.pooledAttention,
    ],
  },
  {
    family: 'unet',
    required: [],
    typical: [
      ({ sites }) => sites.length >= 2,
      ({ sites }) => new Set(sites.map(({ scale }) => scale)).size === sites.length,
      ({ sites }) =>
        sites.every(({ channels }, i) => channels >= sites[Math.max(0, i - 1)]!.channels),
    ],
  },
];
