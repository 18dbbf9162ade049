import { ops } from '@pip-graft/onnx-graft';
import { names } from '../../parameters/names.ts';
import { conv3x3 } from '../conv.ts';
import type { LevelContext } from '../level-context.ts';
import type { FeatureInputs } from './feature-inputs.ts';

/** Mode `convgate`: `t = conv(U)`; `Z' = Z·sigmoid(conv(t)) + conv(t)`, 3x3 throughout. */
export function emitConvgate(
  { g, level, weight, dataType, grids }: LevelContext,
  { feature, universal }: FeatureInputs,
): string {
  const { channels: C, promptChannels: c } = level;
  const conv = (scope: keyof typeof names.convgate, x: string, outputs: number) =>
    conv3x3(
      g.scope(scope),
      x,
      weight(names.convgate[scope]),
      [outputs, c],
      grids.universal,
      dataType,
    );
  const shared = conv('shared', universal, c);
  const gate = ops.sigmoid(g, conv('gate', shared, C));
  return ops.add(g, ops.mul(g, feature, gate), conv('shift', shared, C));
}
