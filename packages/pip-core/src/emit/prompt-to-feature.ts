import { ops } from '@pip-graft/onnx-graft';
import type { PipMode } from '../config/pip-config.ts';
import { names } from '../parameters/names.ts';
import { emitAttentionProduct, emitKeyValue, emitTopmSoftmax } from './attention.ts';
import { conv1x1, conv3x3, emitProjection } from './conv.ts';
import { emitFeedForward } from './feed-forward.ts';
import {
  emitChannelNorm,
  type FeatureInputs,
  type LevelContext,
  onGrid,
  within,
} from './level-context.ts';
import { emitTransformerBlock } from './transformer-block.ts';
import { asValue, multiplyWeights, resizeWeight } from './weight.ts';

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

/**
 * Modes `pip_cross` and `pip_cross_topm`: the normalised feature attends to the
 * universal prompt, then a dual-gated feed-forward part.
 *
 * If feature and prompt differ in channels, cutting, zero padding, the attention's output
 * projection and `reduce_channel` are all linear, so they are folded into the query's matrix
 * (c × C), the output's (C × c) and, if C < c, the residual's (C × C).
 */
function emitCross(context: LevelContext, { feature, universal, size }: FeatureInputs): string {
  const { g, level, config, weight, dataType, grids } = context;
  const { channels: C, promptChannels: c, p2fHeads: heads } = level;
  const { queryNorm, keyValueNorm, attention, feedForwardNorm, feedForward, reduceChannel } =
    names.cross;
  const attentionContext = within(context, 'attention');

  const normedFeature = emitChannelNorm(
    within(context, 'norm_query'),
    feature,
    queryNorm,
    dataType,
  );
  const normedPrompt = emitChannelNorm(
    within(context, 'norm_key_value'),
    universal,
    keyValueNorm,
    dataType,
  );
  const { key, value } = emitKeyValue(
    attentionContext,
    normedPrompt,
    attention,
    heads,
    grids.universal,
    dataType,
  );
  const queryProjection = {
    matrix: resizeWeight(g, weight(attention.query), [c, c], [c, C]),
    depthwise: weight(attention.queryDepthwise),
    outputs: c,
    inputs: C,
  };
  const query = emitProjection(
    attentionContext.g,
    'query',
    normedFeature,
    queryProjection,
    grids.feature,
    dataType,
  );
  const scores = ops.channelScores(attentionContext.g, ops.splitHeads(g, query, heads, c), key, {
    temperature: asValue(g, 'temperature', weight(attention.temperature)),
    dataType,
  });
  const weights =
    config.mode === 'pip_cross_topm'
      ? emitTopmSoftmax(attentionContext.g, scores, c / heads, attention.topm.map(weight))
      : ops.softmax(g, scores);

  const projectOut = weight(attention.projectOut);
  const output =
    C < c
      ? multiplyWeights(g, weight(reduceChannel), projectOut, [C, c], c)
      : resizeWeight(g, projectOut, [c, c], [C, c]);
  const attended = emitAttentionProduct(
    attentionContext.g.scope('project_out'),
    weights,
    value,
    output,
    [C, c],
    heads,
    dataType,
  );
  const passed = C < c ? reducedFeature(context, normedFeature) : normedFeature;
  const shape = ops.concat(g, [g.ints([0, C]), size], 0);
  const reshaped = onGrid(g, ops.reshape(g, attended, shape), C, grids.universal, dataType);
  const y = onGrid(g, ops.add(g, passed, reshaped), C, grids.universal, dataType);
  const normedY = emitChannelNorm(
    within(context, 'norm_feed_forward'),
    y,
    feedForwardNorm,
    dataType,
  );
  return ops.add(
    g,
    y,
    emitFeedForward(context, normedY, feedForward, C, 'dual', grids.universal, dataType),
  );
}

/** `reduce_channel` of the zero-padded feature: only its first C columns matter. */
function reducedFeature(
  { g, level, weight, dataType, grids }: LevelContext,
  feature: string,
): string {
  const { channels: C, promptChannels: c } = level;
  const matrix = resizeWeight(g, weight(names.cross.reduceChannel), [C, c], [C, C]);
  return conv1x1(g.scope('reduce_channel'), feature, matrix, [C, C], grids.feature, dataType);
}
