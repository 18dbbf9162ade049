import type { FloatTensor } from '@pip-graft/weights';
import type { LevelConfig } from '../config/pip-config.ts';
import { names } from '../parameters/names.ts';
import { depthwise3x3 } from './depthwise3x3.ts';
import { l2Normalise } from './l2-normalise.ts';
import { layerNorm } from './layer-norm.ts';
import { multiply, type Numbers } from './matrix.ts';

/**
 * The query of prompt-to-prompt attention. It comes from the basic restoration
 * prompt alone, so it does not depend on the image: norm, 1x1, depthwise 3x3,
 * unit length, times the temperature. Shape (1, heads, c/heads, s²).
 *
 * @param noPosition The prompt is one vector, and the convolution repeats the edge.
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
  return {
    dims: [1, p2pHeads, c / p2pHeads, pixels],
    data: Float32Array.from(unit, (value, i) => value * temperature[Math.floor(i / perHead)]!),
  };
}

function repeated(vector: Numbers, pixels: number): Float32Array {
  const map = new Float32Array(vector.length * pixels);
  for (const [channel, value] of vector.entries())
    map.fill(value, channel * pixels, (channel + 1) * pixels);
  return map;
}
