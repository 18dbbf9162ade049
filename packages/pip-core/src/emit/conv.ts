import { type FloatType, type GraphBuilder, ops } from '@pip-graft/onnx-graft';
import { type Grid, onGrid } from './level-context.ts';
import { asValue, partOfWeight, reshapeWeight, type Weight } from './weight.ts';

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

/** A 1x1 convolution and the depthwise 3x3 after it, sliced from a larger joint projection. */
export interface Projection {
  /** outputs × inputs. */
  readonly matrix: Weight;
  /** outputs × 9. */
  readonly depthwise: Weight;
  readonly outputs: number;
  readonly inputs: number;
}

/**
 * Part `index` of `parts` of a joint projection (q, k and v; the two halves of a feed-forward
 * part). Computing the parts separately is the same arithmetic and avoids the copy of splitting the
 * joint result.
 */
export function projectionPart(
  g: GraphBuilder,
  joint: Projection,
  index: number,
  parts: number,
): Projection {
  const outputs = joint.outputs / parts;
  return {
    matrix: partOfWeight(g, joint.matrix, index, parts),
    depthwise: partOfWeight(g, joint.depthwise, index, parts),
    outputs,
    inputs: joint.inputs,
  };
}

/** Emits a projection in its own scope. */
export function emitProjection(
  g: GraphBuilder,
  scope: string,
  x: string,
  { matrix, depthwise, outputs, inputs }: Projection,
  grid: Grid,
  type: FloatType,
): string {
  const inner = g.scope(scope);
  const projected = conv1x1(inner.scope('project'), x, matrix, [outputs, inputs], grid, type);
  return depthwise3x3(inner.scope('depthwise'), projected, depthwise, outputs, grid, type);
}
