import { ops } from '@pip-graft/onnx-graft';
import type { PipMode } from '../../config/pip-config.ts';
import { names } from '../../parameters/names.ts';
import { conv1x1, conv3x3 } from '../conv.ts';
import type { FeatureInputs, LevelContext } from '../level-context.ts';
import { emitTransformerBlock } from '../transformer-block.ts';
import { emitCross } from './cross.ts';

/** Mode `convgate`: `t = conv(U)`; `Z' = Z·sigmoid(conv(t)) + conv(t)`, 3x3 throughout. */
function emitConvgate(
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

/** Mode `promptir_gate`: `t` as in `promptir`; `Z' = Z·sigmoid(conv3x3(t)) + conv1x1(t)`. */
function emitPromptirGate(context: LevelContext, inputs: FeatureInputs): string {
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

/** Mode `promptir`: a transformer block over feature and prompt together, then 1x1 back to C. */
function emitPromptir(context: LevelContext, inputs: FeatureInputs): string {
  const { g, level, weight, dataType, grids } = context;
  const { channels: C, promptChannels: c } = level;
  const joint = emitTransformerBlock(context, inputs);
  const matrix = weight(names.promptir.reduce);
  return conv1x1(g.scope('reduce'), joint, matrix, [C, C + c], grids.universal, dataType);
}

const emitters: Record<PipMode, (context: LevelContext, inputs: FeatureInputs) => string> = {
  pip_cross: emitCross,
  pip_cross_topm: emitCross,
  convgate: emitConvgate,
  promptir_gate: emitPromptirGate,
  promptir: emitPromptir,
};

/** Selective prompt-to-feature: the modulated feature Z' (B,C,H,W) of a level's mode. */
export function emitPromptToFeature(context: LevelContext, inputs: FeatureInputs): string {
  return emitters[context.config.mode](context, inputs);
}
