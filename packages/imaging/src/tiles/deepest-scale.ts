import type { GraphFacts } from '@pip-graft/onnx-graft';

/**
 * How many pixels of the image one pixel of the smallest feature map stands for; 1 when
 * nothing is scaled down. Tiles that start on multiples of it fall on the same strides as
 * the whole image, also in a network that pads any size by itself: NAFNet's size multiple
 * is 1, but tiles off its 16 pixels are 20 dB from the whole where those on it are 40 and more.
 *
 * @example deepestScale(graphFacts(nafnet)) // 16
 */
export function deepestScale(facts: GraphFacts): number {
  let deepest = 1;
  for (const { outputs } of facts.model.graph.nodes) {
    for (const value of outputs) {
      const scale = facts.scale(value);
      if (scale !== undefined && Number.isInteger(scale)) deepest = Math.max(deepest, scale);
    }
  }
  return deepest;
}
