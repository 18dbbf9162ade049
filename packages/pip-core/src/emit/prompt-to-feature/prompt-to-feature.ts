import type { PipMode } from '../../config/pip-config.ts';
import type { LevelContext } from '../level-context.ts';
import { emitConvgate } from './convgate.ts';
import { emitCross } from './cross.ts';
import type { FeatureInputs } from './feature-inputs.ts';
import { emitPromptir } from './promptir.ts';
import { emitPromptirGate } from './promptir-gate.ts';

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
