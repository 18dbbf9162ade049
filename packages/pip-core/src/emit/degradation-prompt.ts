import { type GraphBuilder, ops } from '@pip-graft/onnx-graft';
import { foldDegradationPrompt, foldDegradations } from '../fold/degradation.ts';
import { names } from '../parameters/names.ts';
import { constantTensor, type LevelContext } from './level-context.ts';
import type { Steering } from './steering.ts';

/** The input's rows (B,T) as pixels (B,T,1,1): once for all levels. */
export function emitDegradationWeights(g: GraphBuilder, input: string): string {
  return ops.unsqueeze(g, input, [2, 3]);
}

/** The degradation-aware prompt d, float32 (B or 1, c, 1, 1): the weighted mean of the degradation prompts. */
export function emitDegradationPrompt({ g, tensor }: LevelContext, steering: Steering): string {
  const prompts = tensor(names.degradation);
  if (steering.kind === 'baked') {
    const { dims, data } = foldDegradationPrompt(prompts, steering.weights);
    return constantTensor(g, 'prompt', dims, data, 'float32');
  }
  const { dims, data } = foldDegradations(prompts);
  const weight = constantTensor(g, 'weight', dims, data, 'float32');
  return ops.conv(g, steering.degradation, weight, { kernel: [1, 1] });
}
