import { ops } from '@pip-graft/onnx-graft';
import { onGrid } from './grid.ts';
import type { LevelContext } from './level-context.ts';

/**
 * The semantic map S, float32 (B,c,s,s): the skip feature Z resized to the
 * prompt, its first c channels or filled up with zeros, times the degradation
 * prompt d (spec pip.md section 3.2).
 */
export function emitSemanticMap(
  { g, level, dataType, grids }: LevelContext,
  feature: string,
  degradationPrompt: string,
): string {
  const { channels: C, promptChannels: c, promptSize: s } = level;
  // Resizing first: s² is a quarter of the feature's pixels or less, so cutting after it copies less.
  const resized = ops.resizeTo(g, feature, [s, s]);
  const cut = C > c ? ops.slice(g, resized, { axes: [1], starts: [0], ends: [c] }) : resized;
  const wide = ops.toFloat32(g, cut, dataType);
  const filled = C < c ? ops.pad(g, wide, [0, 0, 0, 0, 0, c - C, 0, 0]) : wide;
  return onGrid(g, ops.mul(g, filled, degradationPrompt), c, grids.prompt, 'float32');
}
