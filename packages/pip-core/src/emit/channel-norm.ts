import { type FloatType, ops } from '@pip-graft/onnx-graft';
import { normEpsilon } from '../fold/layer-norm.ts';
import type { NormNames } from '../parameters/names.ts';
import type { LevelContext } from './level-context.ts';
import { asValue } from './weight.ts';

/** Layer norm over channels, in float32 whatever the type of x. */
export function emitChannelNorm(
  { g, weight: parameter }: LevelContext,
  x: string,
  { weight, bias }: NormNames,
  dataType: FloatType,
): string {
  const constant = (name: string, key: string) => asValue(g, name, parameter(key));
  return ops.layerNormChannels(g, x, {
    weight: constant('weight', weight),
    bias: constant('bias', bias),
    eps: normEpsilon,
    dataType,
  });
}
