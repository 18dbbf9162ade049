import { ops } from '@pip-graft/onnx-graft';
import { names } from '../../parameters/names.ts';
import { emitAttentionProduct, emitKeyValue, emitTopmSoftmax } from '../attention.ts';
import { conv1x1, emitProjection } from '../conv.ts';
import { emitFeedForward } from '../feed-forward.ts';
import {
  emitChannelNorm,
  type FeatureInputs,
  type LevelContext,
  onGrid,
  within,
} from '../level-context.ts';
import { asValue, multiplyWeights, resizeWeight } from '../weight.ts';

/**
 * Modes `pip_cross` and `pip_cross_topm`: the normalised feature attends to the
 * universal prompt, then a dual-gated feed-forward part.
 *
 * If feature and prompt differ in channels, cutting, zero padding, the attention's output
 * projection and `reduce_channel` are all linear, so they are folded into the query's matrix
 * (c × C), the output's (C × c) and, if C < c, the residual's (C × C).
 */
export function emitCross(
  context: LevelContext,
  { feature, universal, size }: FeatureInputs,
): string {
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
