import { type FloatType, ops } from '@pip-graft/onnx-graft';
import { normEpsilon } from '../fold/layer-norm.ts';
import type { NormNames } from '../parameters/names.ts';
import { constantTensor, type LevelContext } from './level-context.ts';

/** Layer norm over channels, in float32 whatever the type of x. */
export function emitChannelNorm(
  { g, tensor }: LevelContext,
  x: string,
  { weight, bias }: NormNames,
  dataType: FloatType,
): string {
  const constant = (name: string, key: string) =>
    constantTensor(g, name, tensor(key).dims, tensor(key).data, 'float32');
  return ops.layerNormChannels(g, x, {
    weight: constant('weight', weight),
    bias: constant('bias', bias),
    eps: normEpsilon,
    dataType,
  });
}
