import type { FloatTensor } from '@pip-graft/weights';
import type { Numbers } from './matrix.ts';

/** The degradation prompts D (1,T,c,1,1). */
interface Prompts {
  readonly dims: readonly number[];
  readonly data: Numbers;
}

/**
 * The degradation prompts D (1,T,c,1,1) as a 1x1 convolution's weight (c,T,1,1)
 * that turns weights (B,T,1,1) into their mean: the division by T is part of it.
 */
export function foldDegradations(prompts: Prompts): FloatTensor {
  const [, labels = 0, channels = 0] = prompts.dims;
  const data = new Float32Array(labels * channels);
  for (let label = 0; label < labels; label++) {
    for (let channel = 0; channel < channels; channel++) {
      data[channel * labels + label] = prompts.data[label * channels + channel]! / labels;
    }
  }
  return { dims: [channels, labels, 1, 1], data };
}

/** The degradation-aware prompt (1,c,1,1) of fixed weights. */
export function foldDegradationPrompt(prompts: Prompts, weights: readonly number[]): FloatTensor {
  const { dims, data } = foldDegradations(prompts);
  const [channels = 0, labels = 0] = dims;
  const prompt = Float32Array.from({ length: channels }, (_, channel) =>
    weights.reduce((sum, weight, label) => sum + weight * data[channel * labels + label]!, 0),
  );
  return { dims: [1, channels, 1, 1], data: prompt };
}
