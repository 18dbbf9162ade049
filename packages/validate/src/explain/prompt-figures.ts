import type { PromptFigures } from '../figures.ts';
import type { LabelPrompts } from './read-prompts.ts';

/**
 * Cosine similarities of the labels' prompts at each level: 1 for the same direction, 0 for unrelated
 * prompts. Training separates the degradation-aware prompts; labels with similar prompts steer the
 * network alike.
 *
 * @example promptFigures(prompts).levels[0]?.degradation[0]?.[1] // labels 0 and 1 at the first level
 */
export function promptFigures({ labels, levels }: LabelPrompts): PromptFigures {
  return {
    labels,
    levels: levels.map(({ level, degradation, universal }) => ({
      level,
      degradation: cosines(degradation.map(({ data }) => data)),
      universal: cosines(universal.map(({ data }) => data)),
    })),
  };
}

function cosines(vectors: readonly Float32Array[]): number[][] {
  return vectors.map((a) => vectors.map((b) => cosine(a, b)));
}

/** Cosine of two vectors of equal length; 0 if one is zero, NaN if one contains NaN. */
export function cosine(a: Float32Array, b: Float32Array): number {
  let [dot, left, right] = [0, 0, 0];
  for (let at = 0; at < a.length; at++) {
    const [x, y] = [a[at]!, b[at]!];
    dot += x * y;
    left += x * x;
    right += y * y;
  }
  return left === 0 || right === 0 ? 0 : dot / Math.sqrt(left * right);
}
