import type { GraphBuilder } from '../graph-builder.ts';
import { type Axes, axesValue, concat, gather, type Named } from './parts.ts';
import { dimensions } from './shape.ts';

/** Options of {@link conv}. */
export interface ConvOptions extends Named {
  readonly bias?: string | undefined;
  readonly kernel?: readonly number[] | undefined;
  readonly strides?: readonly number[] | undefined;
  /** Top, left, bottom, right. */
  readonly pads?: readonly number[] | undefined;
  readonly dilations?: readonly number[] | undefined;
  readonly group?: number | undefined;
  /** Exact name of the result, if the model outputs it. */
  readonly output?: string | undefined;
}

/** A 2-D convolution: x (N, C, H, W), weight (M, C/group, kH, kW), bias (M). */
export function conv(
  g: GraphBuilder,
  x: string,
  weight: string,
  options: ConvOptions = {},
): string {
  const { bias = '', kernel, strides, pads, dilations, group, name, output } = options;
  const attributes = {
    ...(kernel && { kernel_shape: { ints: kernel } }),
    ...(strides && { strides: { ints: strides } }),
    ...(pads && { pads: { ints: pads } }),
    ...(dilations && { dilations: { ints: dilations } }),
    ...(group !== undefined && group !== 1 && { group: { int: group } }),
  };
  const outputs = output === undefined ? 1 : [output];
  return g.node('Conv', [x, weight, bias], attributes, { name, outputs })[0]!;
}

/**
 * Resizes an NCHW value to a height and width: bilinear, half-pixel centres, no antialias, which is
 * PyTorch's `interpolate(mode='bilinear', align_corners=False)`.
 *
 * `size` is [height, width], or the name of an int64 vector of the two. Since 18 Resize takes the
 * sizes of named axes; before that, the first two dimensions are read from x.
 *
 * @example ops.resizeTo(g, prompt, ops.spatialSize(g, feature))
 */
export function resizeTo(g: GraphBuilder, x: string, size: Axes, options: Named = {}): string {
  const attributes = {
    mode: { string: 'linear' },
    coordinate_transformation_mode: { string: 'half_pixel' },
  };
  const target = axesValue(g, size);
  if (g.opset >= 18) {
    return g.node(
      'Resize',
      [x, '', '', target],
      { ...attributes, axes: { ints: [2, 3] } },
      options,
    )[0]!;
  }
  const sizes = concat(g, [dimensions(g, x, 0, 2), target], 0);
  // Regions and scales are optional since 13; before that, an empty tensor means "not given".
  const none = g.opset >= 13 ? '' : g.floats([]);
  return g.node('Resize', [x, none, none, sizes], attributes, options)[0]!;
}

/**
 * Enlarges an NCHW value by a factor: bilinear, half-pixel centres, which is PyTorch's
 * `interpolate(scale_factor=factor, mode='bilinear', align_corners=False)`.
 */
export function enlarge(g: GraphBuilder, x: string, factor: number, options: Named = {}): string {
  const attributes = {
    mode: { string: 'linear' },
    coordinate_transformation_mode: { string: 'half_pixel' },
  };
  const regions = g.opset >= 13 ? '' : g.floats([]);
  return g.node('Resize', [x, regions, g.floats([1, 1, factor, factor])], attributes, options)[0]!;
}

/** Options of {@link depthToSpace}. */
export interface DepthToSpaceOptions extends Named {
  /** Order of the blocks in the channels; default: CRD, PyTorch's PixelShuffle. */
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
 * the channel axis follows; unlike Reshape–Transpose–Reshape this needs no Shape when batch, height
 * and width are all free.
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
