import { type FloatType, ops } from '@pip-graft/onnx-graft';
import type { CrossBlockNames } from '../parameters/names.ts';
import type { Grid } from './grid.ts';
import type { LevelContext } from './level-context.ts';
import { emitProjection, projectionPart } from './projection.ts';

/** Keys (B, heads, c/heads, pixels) and values (B, c, pixels) of cross-attention from a normalised prompt (B,c,·,·). */
export function emitKeyValue(
  { g, level, weight }: LevelContext,
  x: string,
  { keyValue, keyValueDepthwise }: CrossBlockNames['attention'],
  heads: number,
  grid: Grid,
  type: FloatType,
): { key: string; value: string } {
  const c = level.promptChannels;
  const joint = {
    matrix: weight(keyValue),
    depthwise: weight(keyValueDepthwise),
    outputs: 2 * c,
    inputs: c,
  };
  const key = emitProjection(g, 'key', x, projectionPart(g, joint, 0, 2), grid, type);
  const value = emitProjection(g, 'value', x, projectionPart(g, joint, 1, 2), grid, type);
  return {
    key: ops.splitHeads(g, key, heads, c),
    value: ops.reshape(g, value, [0, c, -1]),
  };
}
