import type { GraphFacts } from '@pip-graft/onnx-graft';

/**
 * Number of image pixels, along a side, per pixel of the smallest feature map; 1 without downscaling.
 * Tiles that start on its multiples fall on the same strides as the whole image, even in a network
 * that pads any size itself: NAFNet's size multiple is 1, but tiles that ignore its 16 pixels are
 * 20 dB from the whole image, the others 40 dB or more.
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
