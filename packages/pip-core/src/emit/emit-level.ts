import { type GraphBuilder, ops, type SiteLayout } from '@pip-graft/onnx-graft';
import { hasLabelGate } from '../config/pip-config.ts';
import { foldGate } from '../fold/fold.ts';
import { names } from '../parameters/names.ts';
import type { Steering } from './emit-shares.ts';
import { type LevelContext, within } from './level-context.ts';
import { emitPromptToFeature } from './prompt-to-feature.ts';
import { emitPromptToPrompt } from './prompt-to-prompt.ts';
import { emitDegradationPrompt, emitSemanticMap, emitUniversalPrompt } from './prompts.ts';
import { asValue, constantTensor, reshapeWeight } from './weight.ts';

/** Names of one emitted level's values. */
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

/** Emits one level of PIP on the skip feature `feature`, up to Z'; docs/notes/pip.md section 3. */
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

/**
 * Emits what the host's merge reads instead of Z. `replace`: `Z + amount·(Z' − Z)`; `residual`:
 * `Z + amount·gate·Z'`. An amount of 0 or a gate of zeros gives exactly Z, as long as Z' is finite.
 */
export function emitAttach(
  context: LevelContext,
  feature: string,
  modulated: string,
  steering: Steering,
): string {
  const whole = steering.kind === 'baked' && steering.amount === 1;
  if (whole && context.config.attach === 'replace') return modulated;
  return ops.add(context.g, feature, emitChange(context, feature, modulated, steering));
}

/** Emits the change that one module adds to Z: `amount·(Z' − Z)`, or `amount·gate·Z'`. */
export function emitChange(
  context: LevelContext,
  feature: string,
  modulated: string,
  steering: Steering,
): string {
  const { g, config, dataType } = context;
  if (config.attach === 'residual') return ops.mul(g, modulated, gain(context, steering));
  const amount =
    steering.kind === 'baked'
      ? g.scalar(steering.amount, dataType)
      : ops.fromFloat32(g, steering.amount, dataType);
  return ops.mul(g, ops.sub(g, modulated, feature), amount);
}

/** `amount·gate` in the host's type: (C,1,1), or (B,C,1,1) if the weights are inputs. */
function gain(context: LevelContext, steering: Steering): string {
  const { g, level, weight, dataType, config } = context;
  const given = weight(names.gate);
  if (steering.kind === 'baked' && given.kind === 'fixed') {
    const shares = hasLabelGate(config) ? steering.shares : [1];
    const data = foldGate(given.data, shares, steering.amount);
    return constantTensor(g, 'gate', [level.channels, 1, 1], data, dataType);
  }
  const gate = hasLabelGate(config)
    ? labelGate(context, steering)
    : asValue(g, 'gate', reshapeWeight(g, given, [level.channels, 1, 1]));
  const amount = steering.kind === 'baked' ? g.scalar(steering.amount, 'float32') : steering.amount;
  return ops.fromFloat32(g, ops.mul(g, gate, amount), dataType);
}

/** The labels' gates by their shares, float32 (B or 1, C, 1, 1): a product of (B,T) and (T,C). */
function labelGate({ g, level, weight, config }: LevelContext, steering: Steering): string {
  const labels = config.labels.length;
  const shares =
    steering.kind === 'baked'
      ? g.floats([...steering.shares], [1, labels])
      : ops.reshape(g, steering.shares, [-1, labels]);
  const rows = ops.matmul(g, shares, asValue(g, 'gate', weight(names.gate)));
  return ops.reshape(g, rows, [-1, level.channels, 1, 1]);
}

/** Place and layout of a skip feature. */
export interface FeaturePlace {
  readonly value: string;
  readonly channels: number;
  readonly layout: SiteLayout;
  /** Tokens only: an NCHW value of the same height and width. */
  readonly extent?: string | undefined;
}

/** Converts a skip feature to NCHW, the layout of the modules. */
export function toNchw(g: GraphBuilder, place: FeaturePlace): string {
  const { value, layout, channels } = place;
  if (layout === 'NCHW') return value;
  if (layout === 'NHWC') return ops.transpose(g, value, [0, 3, 1, 2], { name: 'channels_second' });
  const rows = ops.transpose(g, value, [0, 2, 1], { name: 'channels_second' });
  const size = ops.spatialSize(g, place.extent!, { name: 'extent' });
  const dims = ops.concat(g, [g.ints([0, channels]), size], 0, { name: 'grid' });
  return ops.reshape(g, rows, dims, { name: 'pixels' });
}

/** Converts the output for the merge to the layout that the merge reads. */
export function fromNchw(g: GraphBuilder, output: string, place: FeaturePlace): string {
  const { layout, channels } = place;
  if (layout === 'NCHW') return output;
  if (layout === 'NHWC') return ops.transpose(g, output, [0, 2, 3, 1], { name: 'channels_last' });
  const rows = ops.reshape(g, output, [0, channels, -1], { name: 'rows' });
  return ops.transpose(g, rows, [0, 2, 1], { name: 'channels_last' });
}
