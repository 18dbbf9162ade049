import type { FloatTensor } from '@pip-graft/weights';
import type { LevelConfig } from '../config/pip-config.ts';
import { names } from '../parameters/names.ts';
import { depthwise3x3, l2Normalise, layerNorm, multiply, type Numbers } from './numbers.ts';

/**
 * The query of prompt-to-prompt attention. It depends on the basic restoration prompt alone, not on
 * the image: norm, 1x1, depthwise 3x3, unit length, times the temperature. Shape (1, heads,
 * c/heads, s²).
 *
 * @param noPosition whether the prompt is one vector and the convolution replicates the edge
 */
export function foldBasicQuery(
  { promptChannels: c, promptSize: s, p2pHeads }: LevelConfig,
  noPosition: boolean,
  tensor: (name: string) => { readonly data: Numbers },
): FloatTensor {
  const { queryNorm, attention } = names.promptToPrompt;
  const data = (name: string) => tensor(name).data;
  const pixels = s * s;
  const normed = layerNorm(
    noPosition ? repeated(data(names.basic), pixels) : data(names.basic),
    data(queryNorm.weight),
    data(queryNorm.bias),
    c,
    pixels,
  );
  const projected = multiply(data(attention.query), normed, c, c, pixels);
  const query = depthwise3x3(projected, data(attention.queryDepthwise), [c, s, s], {
    edge: noPosition,
  });
  const unit = l2Normalise(query, pixels);
  const temperature = data(attention.temperature);
  const perHead = (c / p2pHeads) * pixels;
  const scaled = new Float32Array(unit.length);
  for (let head = 0; head < p2pHeads; head++) {
    const factor = temperature[head]!;
    const end = (head + 1) * perHead;
    for (let at = head * perHead; at < end; at++) scaled[at] = unit[at]! * factor;
  }
  return { dims: [1, p2pHeads, c / p2pHeads, pixels], data: scaled };
}

function repeated(vector: Numbers, pixels: number): Float32Array {
  const map = new Float32Array(vector.length * pixels);
  for (const [channel, value] of vector.entries())
    map.fill(value, channel * pixels, (channel + 1) * pixels);
  return map;
}

/** The degradation prompts D (1,T,c,1,1). */
interface Prompts {
  readonly dims: readonly number[];
  readonly data: Numbers;
}

/**
 * The degradation prompts D (1,T,c,1,1) as a 1x1 convolution's weight (c,T,1,1) that turns weights
 * (B,T,1,1) into their mean, including the division by T.
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

/** The degradation-aware prompt (1,c,1,1) for fixed weights. */
export function foldDegradationPrompt(prompts: Prompts, weights: readonly number[]): FloatTensor {
  const { dims, data } = foldDegradations(prompts);
  const [channels = 0, labels = 0] = dims;
  const prompt = Float32Array.from({ length: channels }, (_, channel) =>
    weights.reduce((sum, weight, label) => sum + weight * data[channel * labels + label]!, 0),
  );
  return { dims: [1, channels, 1, 1], data: prompt };
}

/**
 * `amount · Σ share·gate` over the rows of a gate (one per share), C numbers.
 *
 * @example foldGate([1, 2, 3, 4], [0.5, 0.5], 1) // [2, 3]
 */
export function foldGate(gate: Numbers, shares: readonly number[], amount: number): Float32Array {
  const channels = gate.length / shares.length;
  return Float32Array.from(
    { length: channels },
    (_, channel) =>
      amount * shares.reduce((sum, share, row) => sum + share * gate[row * channels + channel]!, 0),
  );
}
