import { type GraphBuilder, ops } from '@pip-graft/onnx-graft';
import { foldDegradationPrompt, foldDegradations } from '../fold/fold.ts';
import { names } from '../parameters/names.ts';
import { conv3x3 } from './conv.ts';
import type { Steering } from './emit-shares.ts';
import { type LevelContext, onGrid } from './level-context.ts';
import type { Weight } from './weight.ts';
import { constantTensor } from './weight.ts';

/**
 * The degradation-aware prompt d, float32 (B or 1, c, 1, 1): the degradation prompts' weighted
 * mean.
 */
export function emitDegradationPrompt({ g, weight }: LevelContext, steering: Steering): string {
  const prompts = weight(names.degradation);
  if (steering.kind === 'inputs')
    return ops.conv(g, steering.shares, convWeight(g, prompts), { kernel: [1, 1] });
  if (prompts.kind === 'fixed') {
    const { dims, data } = foldDegradationPrompt(prompts, steering.shares);
    return constantTensor(g, 'prompt', dims, data, 'float32');
  }
  const pixels = g.floats([...steering.shares], [1, steering.shares.length, 1, 1]);
  return ops.conv(g, pixels, convWeight(g, prompts), { kernel: [1, 1] });
}

/** The prompts (1,T,c,1,1) as a 1x1 convolution's weight (c,T,1,1), divided by T. */
function convWeight(g: GraphBuilder, prompts: Weight): string {
  if (prompts.kind === 'fixed') {
    const { dims, data } = foldDegradations(prompts);
    return constantTensor(g, 'weight', dims, data, 'float32');
  }
  const [, labels = 0, channels = 0] = prompts.dims;
  const turned = ops.transpose(g, ops.reshape(g, prompts.value, [labels, channels]), [1, 0]);
  const shared = ops.mul(g, turned, g.scalar(1 / labels, 'float32'));
  return ops.reshape(g, shared, [channels, labels, 1, 1]);
}

/**
 * The semantic map S, float32 (B,c,s,s): the skip feature Z resized to the prompt, cut or
 * zero-padded to c channels, times the degradation prompt d (docs/notes/pip.md section 3.2).
 */
export function emitSemanticMap(
  { g, level, dataType, grids }: LevelContext,
  feature: string,
  degradationPrompt: string,
): string {
  const { channels: C, promptChannels: c, promptSize: s } = level;
  // Resized first: s² is at most a quarter of the feature's pixels, so cutting afterwards copies
  // less.
  const resized = ops.resizeTo(g, feature, [s, s]);
  const cut = C > c ? ops.slice(g, resized, { axes: [1], starts: [0], ends: [c] }) : resized;
  const wide = ops.toFloat32(g, cut, dataType);
  const filled = C < c ? ops.pad(g, wide, [0, 0, 0, 0, 0, c - C, 0, 0]) : wide;
  return onGrid(g, ops.mul(g, filled, degradationPrompt), c, grids.prompt, 'float32');
}

/**
 * The universal restoration prompt U (B,c,H,W) in the host's type: P resized to the feature, a 3x3.
 */
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
