import type { GraphBuilder } from '../graph-builder.ts';
import { gather } from './gather.ts';
import type { Named } from './named.ts';

/** Options of {@link depthToSpace}. */
export interface DepthToSpaceOptions extends Named {
  /** Order of the blocks in the channels: CRD is PyTorch's PixelShuffle and the default here. */
  readonly mode?: 'CRD' | 'DCR' | undefined;
}

/** (N, C·r², H, W) to (N, C, H·r, W·r). */
export function depthToSpace(
  g: GraphBuilder,
  x: string,
  factor: number,
  options: DepthToSpaceOptions = {},
): string {
  const attributes = { blocksize: { int: factor }, mode: { string: options.mode ?? 'CRD' } };
  return g.node('DepthToSpace', [x], attributes, options)[0]!;
}

/** (N, C, H·r, W·r) to (N, C·r², H, W), channels in ONNX's order: offset first, then channel. */
export function spaceToDepth(
  g: GraphBuilder,
  x: string,
  factor: number,
  options: Named = {},
): string {
  return g.node('SpaceToDepth', [x], { blocksize: { int: factor } }, options)[0]!;
}

/**
 * PyTorch's PixelUnshuffle of a value with `channels` channels: (N, C, H·r, W·r) to (N, C·r², H, W)
 * with the channel first, then the offset. ONNX's SpaceToDepth has the other order, so a Gather on
 * the channel axis follows; unlike Reshape–Transpose–Reshape that needs no Shape when batch,
 * height and width are all free.
 */
export function pixelUnshuffle(
  g: GraphBuilder,
  x: string,
  factor: number,
  channels: number,
  options: Named = {},
): string {
  const blocks = factor * factor;
  const order = Array.from(
    { length: channels * blocks },
    (_, index) => (index % blocks) * channels + Math.floor(index / blocks),
  );
  return gather(g, spaceToDepth(g, x, factor), order, 1, options);
}
