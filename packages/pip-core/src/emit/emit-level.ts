import { ops } from '@pip-graft/onnx-graft';
import { emitDegradationPrompt } from './degradation-prompt.ts';
import { type LevelContext, within } from './level-context.ts';
import { emitPromptToFeature } from './prompt-to-feature/prompt-to-feature.ts';
import { emitPromptToPrompt } from './prompt-to-prompt.ts';
import { emitSemanticMap } from './semantic-map.ts';
import type { Steering } from './steering.ts';
import { emitUniversalPrompt } from './universal-prompt.ts';

/** The values of one emitted level, by what they are. */
export interface LevelValues {
  /** d, float32 (B or 1, c, 1, 1). */
  readonly degradationPrompt: string;
  /** S, float32 (B,c,s,s). */
  readonly semanticMap: string;
  /** P, float32 (B,c,s,s). */
  readonly prompt: string;
  /** U (B,c,H,W). */
  readonly universalPrompt: string;
  /** Z' (B,C,H,W). */
  readonly modulated: string;
}

/** Emits one level of PIP on the skip feature `feature`, up to Z'; spec pip.md section 3. */
export function emitLevel(context: LevelContext, feature: string, steering: Steering): LevelValues {
  const size = ops.spatialSize(context.g, feature);
  const degradationPrompt = emitDegradationPrompt(within(context, 'degradation_prompt'), steering);
  const semanticMap = emitSemanticMap(within(context, 'semantic_map'), feature, degradationPrompt);
  const prompt = emitPromptToPrompt(within(context, 'prompt_to_prompt'), semanticMap);
  const universalPrompt = emitUniversalPrompt(within(context, 'universal_prompt'), prompt, size);
  const modulated = emitPromptToFeature(within(context, 'prompt_to_feature'), {
    feature,
    universal: universalPrompt,
    size,
  });
  return { degradationPrompt, semanticMap, prompt, universalPrompt, modulated };
}
