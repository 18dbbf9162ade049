import { names } from '../../parameters/names.ts';
import { conv1x1 } from '../conv.ts';
import type { LevelContext } from '../level-context.ts';
import { emitTransformerBlock } from '../transformer-block.ts';
import type { FeatureInputs } from './feature-inputs.ts';

/** Mode `promptir`: a transformer block over feature and prompt together, then 1x1 back to C. */
export function emitPromptir(context: LevelContext, inputs: FeatureInputs): string {
  const { g, level, weight, dataType, grids } = context;
  const { channels: C, promptChannels: c } = level;
  const joint = emitTransformerBlock(context, inputs);
  const matrix = weight(names.promptir.reduce);
  return conv1x1(g.scope('reduce'), joint, matrix, [C, C + c], grids.universal, dataType);
}
