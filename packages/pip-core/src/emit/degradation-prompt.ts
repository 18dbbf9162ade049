import { type GraphBuilder, ops } from '@pip-graft/onnx-graft';
import { foldDegradationPrompt, foldDegradations } from '../fold/degradation.ts';
import { names } from '../parameters/names.ts';
import { constantTensor, type LevelContext } from './level-context.ts';
import type { Steering } from './steering.ts';
import type { Weight } from './weight.ts';

/** The degradation-aware prompt d, float32 (B or 1, c, 1, 1): the weighted mean of the degradation prompts. */
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
