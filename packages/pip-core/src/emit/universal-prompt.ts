import { ops } from '@pip-graft/onnx-graft';
import { names } from '../parameters/names.ts';
import { conv3x3 } from './conv.ts';
import { onGrid } from './grid.ts';
import type { LevelContext } from './level-context.ts';

/** The universal restoration prompt U (B,c,H,W) in the host's type: P resized to the feature, then 3x3. */
export function emitUniversalPrompt(
  { g, level, weight, dataType, grids }: LevelContext,
  prompt: string,
  size: string,
): string {
  const { promptChannels: c } = level;
  const resized = ops.resizeTo(g, ops.fromFloat32(g, prompt, dataType), size);
  onGrid(g, resized, c, grids.universal, dataType);
  return conv3x3(g, resized, weight(names.outputConv), [c, c], grids.universal, dataType);
}
