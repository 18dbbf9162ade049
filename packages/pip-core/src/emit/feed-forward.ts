import { type FloatType, type GraphBuilder, ops } from '@pip-graft/onnx-graft';
import { hiddenWidth } from '../config/pip-config.ts';
import type { FeedForwardNames } from '../parameters/names.ts';
import { conv1x1, emitProjection, type Projection, projectionPart } from './conv.ts';
import { type Grid, type LevelContext, within } from './level-context.ts';
import { resizeWeight } from './weight.ts';

/** Runtimes lay out channels in blocks of 8 or 16 and use slower code for the remainder. */
const block = 8;

/** Hidden width as emitted: padded with channels of zero weight, which add nothing. */
export function emittedHiddenWidth(width: number, expansion: number): number {
  return Math.ceil(hiddenWidth(width, expansion) / block) * block;
}

/**
 * The feed-forward part on `width` channels: 1x1, depthwise 3x3, a gate, 1x1.
 *
 * `gated` is GDFN, `gelu(a)·b`; `dual` adds `gelu(b)·a` (docs/notes/pip.md section 2).
 */
export function emitFeedForward(
  context: LevelContext,
  x: string,
  names: FeedForwardNames,
  width: number,
  gate: 'gated' | 'dual',
  grid: Grid,
  type: FloatType,
): string {
  const { weight, config } = context;
  const { g } = within(context, 'feed_forward');
  const hidden = hiddenWidth(width, config.expansion);
  const wide = emittedHiddenWidth(width, config.expansion);
  const joint: Projection = {
    matrix: weight(names.projectIn),
    depthwise: weight(names.depthwise),
    outputs: 2 * hidden,
    inputs: width,
  };
  const half = (index: number, scope: string) =>
    emitProjection(g, scope, x, widened(g, projectionPart(g, joint, index, 2), wide), grid, type);
  const a = half(0, 'a');
  const b = half(1, 'b');
  const activated = ops.mul(g, ops.gelu(g, a, { dataType: type }), b);
  const gated =
    gate === 'gated'
      ? activated
      : ops.add(g, activated, ops.mul(g, ops.gelu(g, b, { dataType: type }), a));
  const projectOut = resizeWeight(g, weight(names.projectOut), [width, hidden], [width, wide]);
  return conv1x1(g.scope('project_out'), gated, projectOut, [width, wide], grid, type);
}

function widened(
  g: GraphBuilder,
  { matrix, depthwise, outputs, inputs }: Projection,
  wide: number,
): Projection {
  return {
    matrix: resizeWeight(g, matrix, [outputs, inputs], [wide, inputs]),
    depthwise: resizeWeight(g, depthwise, [outputs, 9], [wide, 9]),
    outputs: wide,
    inputs,
  };
}
