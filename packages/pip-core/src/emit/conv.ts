import { type FloatType, type GraphBuilder, ops } from '@pip-graft/onnx-graft';
import { type Grid, onGrid } from './grid.ts';
import { asValue, reshapeWeight, type Weight } from './weight.ts';

/** A 1x1 convolution with a given matrix (outputs × inputs). */
export function conv1x1(
  g: GraphBuilder,
  x: string,
  matrix: Weight,
  [outputs, inputs]: readonly [number, number],
  grid: Grid,
  type: FloatType,
): string {
  const weight = asValue(g, 'weight', reshapeWeight(g, matrix, [outputs, inputs, 1, 1]), type);
  return onGrid(g, ops.conv(g, x, weight, { kernel: [1, 1] }), outputs, grid, type);
}

/** A full 3x3 convolution that keeps the size, with a weight (outputs × inputs × 9). */
export function conv3x3(
  g: GraphBuilder,
  x: string,
  given: Weight,
  [outputs, inputs]: readonly [number, number],
  grid: Grid,
  type: FloatType,
): string {
  const weight = asValue(g, 'weight', reshapeWeight(g, given, [outputs, inputs, 3, 3]), type);
  const y = sameSize(g, x, weight, grid, type, 1);
  return onGrid(g, y, outputs, grid, type);
}

/** A depthwise 3x3 convolution that keeps the size, with a weight (channels × 9). */
export function depthwise3x3(
  g: GraphBuilder,
  x: string,
  given: Weight,
  channels: number,
  grid: Grid,
  type: FloatType,
): string {
  const weight = asValue(g, 'weight', reshapeWeight(g, given, [channels, 1, 3, 3]), type);
  const y = sameSize(g, x, weight, grid, type, channels);
  return onGrid(g, y, channels, grid, type);
}

function sameSize(
  g: GraphBuilder,
  x: string,
  weight: string,
  { border }: Grid,
  dataType: FloatType,
  group: number,
): string {
  if (border === 'zeros')
    return ops.conv(g, x, weight, { kernel: [3, 3], pads: [1, 1, 1, 1], group });
  const framed = ops.pad(g, x, [0, 0, 1, 1, 0, 0, 1, 1], {
    mode: 'edge',
    dataType,
    name: 'border',
  });
  return ops.conv(g, framed, weight, { kernel: [3, 3], group });
}
