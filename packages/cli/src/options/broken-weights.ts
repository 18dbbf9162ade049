import {
  type DetectedBackbone,
  detectBackbone,
  GraftError,
  nonFinite,
  tooWide,
} from '@pip-graft/graft';
import type { OpenCheckpoint } from '@pip-graft/graft/node';
import { describeNonFinite } from '@pip-graft/report/text';

/** Other networks of the checkpoint that are read in search of sound weights. */
const mostOthers = 4;

/** Names of a network's weights that are not numbers, and a warning for them. */
export interface BrokenWeights {
  readonly names: readonly string[];
  readonly warning: string | undefined;
}

/** Finds weights that are not numbers; if there are any, also which other weights are sound. */
export function brokenWeights(
  { tensors }: OpenCheckpoint,
  { weights, others, backbone }: DetectedBackbone,
): BrokenWeights {
  const names = nonFinite(weights);
  if (names.length === 0) return { names, warning: undefined };
  const isSound = (prefix: string): boolean => {
    try {
      const other = detectBackbone(tensors, { prefix });
      const isSame = JSON.stringify(other.backbone) === JSON.stringify(backbone);
      return isSame && nonFinite(other.weights).length === 0;
    } catch (error) {
      // The chosen network is what counts; this one may have other damage.
      if (error instanceof GraftError) return false;
      throw error;
    }
  };
  const sound = others.slice(0, mostOthers).filter(isSound);
  const wide = tooWide(weights, names);
  return { names, warning: describeNonFinite(names, weights.size, { wide, sound }) };
}
