import type { PromptFigures } from '../figures.ts';
import type { LabelPrompts } from './read-prompts.ts';

/**
 * How alike the labels' prompts are at each level, as cosines: 1 for the same direction, 0 for
 * unrelated ones. Training drives the degradation-aware prompts apart; prompts that stayed alike
 * steer alike.
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

/** Between vectors of one length; 0 where one is zero and has no direction, NaN where one holds a NaN. */
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
