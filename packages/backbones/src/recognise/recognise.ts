import type { GraphFacts, SkipSite } from '@pip-graft/onnx-graft';
import type { Family } from '../locate/located.ts';
import { profiles } from './profiles.ts';
import { structureOf } from './structure.ts';

/** The family of a network, and how much of the family's profile was seen, 0 to 1. */
export interface Recognised {
  readonly family: Family;
  readonly confidence: number;
}

/**
 * Recognises a network's family from its skip connections and building blocks; names do not
 * matter. A network with skip connections that fits no profile is a `unet`; one without is `unknown`.
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
