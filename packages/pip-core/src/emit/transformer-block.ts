import { ops } from '@pip-graft/onnx-graft';
import { names } from '../parameters/names.ts';
import { emitAttentionProduct } from './attention.ts';
import { emitProjection, projectionPart } from './conv.ts';
import { emitFeedForward } from './feed-forward.ts';
import {
  emitChannelNorm,
  type FeatureInputs,
  type LevelContext,
  onGrid,
  within,
} from './level-context.ts';
import { asValue } from './weight.ts';

/** A transformer block of channel self-attention over feature and prompt joined: (B,C+c,H,W). */
export function emitTransformerBlock(
  context: LevelContext,
  { feature, universal, size }: FeatureInputs,
): string {
  const { g, level, weight, dataType, grids } = context;
  const { attentionNorm, attention, feedForwardNorm, feedForward } = names.transformer;
  const heads = level.p2fHeads;
  const width = level.channels + level.promptChannels;
  const inner = g.scope('attention');

  const x = ops.concat(g, [feature, universal], 1);
  const normed = emitChannelNorm(within(context, 'norm_attention'), x, attentionNorm, dataType);
  const joint = {
    matrix: weight(attention.queryKeyValue),
    depthwise: weight(attention.queryKeyValueDepthwise),
    outputs: 3 * width,
    inputs: width,
  };
  const [query, key, value] = ['query', 'key', 'value'].map((scope, index) =>
    emitProjection(
      inner,
      scope,
      normed,
      projectionPart(inner, joint, index, 3),
      grids.universal,
      dataType,
    ),
  ) as [string, string, string];
  const scores = ops.channelScores(
    inner,
    ops.splitHeads(inner, query, heads, width),
    ops.splitHeads(inner, key, heads, width),
    {
      temperature: asValue(inner, 'temperature', weight(attention.temperature)),
      dataType,
    },
  );
  const attended = emitAttentionProduct(
    inner.scope('project_out'),
    ops.softmax(inner, scores),
    ops.reshape(inner, value, [0, width, -1]),
    weight(attention.projectOut),
    [width, width],
    heads,
    dataType,
  );
  const shape = ops.concat(g, [g.ints([0, width]), size], 0);
  const reshaped = onGrid(g, ops.reshape(g, attended, shape), width, grids.universal, dataType);
  const y = onGrid(g, ops.add(g, x, reshaped), width, grids.universal, dataType);
  const normedY = emitChannelNorm(
    within(context, 'norm_feed_forward'),
    y,
    feedForwardNorm,
    dataType,
  );
  return ops.add(
    g,
    y,
    emitFeedForward(context, normedY, feedForward, width, 'gated', grids.universal, dataType),
  );
}
