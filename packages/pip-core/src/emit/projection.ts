import type { FloatType, GraphBuilder } from '@pip-graft/onnx-graft';
import { conv1x1, depthwise3x3 } from './conv.ts';
import type { Grid } from './grid.ts';
import { partOfWeight, type Weight } from './weight.ts';

/** A 1x1 convolution and a depthwise 3x3 after it, cut out of a larger joint projection. */
export interface Projection {
  /** outputs × inputs. */
  readonly matrix: Weight;
  /** outputs × 9. */
  readonly depthwise: Weight;
  readonly outputs: number;
  readonly inputs: number;
}

/**
 * Part `index` of `parts` of a joint projection (q, k and v; the two halves of
 * a feed-forward part). Computing the parts separately is the same arithmetic
 * and spares the copy that splitting the joint result would be.
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

/** Emits a projection under a scope of its own. */
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
