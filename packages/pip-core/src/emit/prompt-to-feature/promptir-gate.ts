import { ops } from '@pip-graft/onnx-graft';
import { names } from '../../parameters/names.ts';
import { conv1x1, conv3x3 } from '../conv.ts';
import type { LevelContext } from '../level-context.ts';
import { emitTransformerBlock } from '../transformer-block.ts';
import type { FeatureInputs } from './feature-inputs.ts';

/** Mode `promptir_gate`: `t` as in `promptir`; `Z' = Z·sigmoid(conv3x3(t)) + conv1x1(t)`. */
export function emitPromptirGate(context: LevelContext, inputs: FeatureInputs): string {
  const { g, level, weight, dataType, grids } = context;
  const { channels: C, promptChannels: c } = level;
  const joint = emitTransformerBlock(context, inputs);
  const size = [C, C + c] as const;
  const { gate, shift } = names.promptirGate;
  const gated = ops.sigmoid(
    g,
    conv3x3(g.scope('gate'), joint, weight(gate), size, grids.universal, dataType),
  );
  const shifted = conv1x1(g.scope('shift'), joint, weight(shift), size, grids.universal, dataType);
  return ops.add(g, ops.mul(g, inputs.feature, gated), shifted);
}
