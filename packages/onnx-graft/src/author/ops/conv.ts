import type { GraphBuilder } from '../graph-builder.ts';
import type { Named } from './named.ts';

/** Options of {@link conv}. */
export interface ConvOptions extends Named {
  readonly bias?: string | undefined;
  readonly kernel?: readonly number[] | undefined;
  readonly strides?: readonly number[] | undefined;
  /** Top, left, bottom, right. */
  readonly pads?: readonly number[] | undefined;
  readonly dilations?: readonly number[] | undefined;
  readonly group?: number | undefined;
  /** Exact name of the result, for one that a model gives out. */
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
