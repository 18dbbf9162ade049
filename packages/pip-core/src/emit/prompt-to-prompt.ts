import { ops } from '@pip-graft/onnx-graft';
import { hasNoPosition } from '../config/pip-config.ts';
import { foldBasicQuery } from '../fold/fold.ts';
import { lengthEpsilon } from '../fold/numbers.ts';
import { names } from '../parameters/names.ts';
import { emitAttentionProduct, emitKeyValue } from './attention.ts';
import { emitProjection } from './conv.ts';
import { emitFeedForward } from './feed-forward.ts';
import { emitChannelNorm, type LevelContext, onGrid, within } from './level-context.ts';
import { asValue, reshapeWeight } from './weight.ts';

/**
 * Prompt-to-prompt: the basic restoration prompt after attending to the semantic map; float32
 * (B,c,s,s). `X = B + attention(B, S)`, then `P = X + GDFN(LN(X))`.
 *
 * Its query does not depend on the image and is a constant here.
 */
export function emitPromptToPrompt(context: LevelContext, semanticMap: string): string {
  const { g, level, weight, grids } = context;
  const { promptChannels: c, promptSize: s, p2pHeads: heads } = level;
  const { keyValueNorm, attention, feedForwardNorm, feedForward } = names.promptToPrompt;
  const type = 'float32';

  const normed = emitChannelNorm(
    within(context, 'norm_key_value'),
    semanticMap,
    keyValueNorm,
    type,
  );
  const { key, value } = emitKeyValue(
    within(context, 'attention'),
    normed,
    attention,
    heads,
    grids.prompt,
    type,
  );
  const unitQuery = emitBasicQuery(context);
  const product = ops.matmul(g, unitQuery, ops.transpose(g, key, [0, 1, 3, 2]));
  const lengths = ops.clip(g, ops.reduceL2(g, key, [-1]), { min: lengthEpsilon });
  const scores = ops.div(g, product, ops.transpose(g, lengths, [0, 1, 3, 2]));
  const projectOut = weight(attention.projectOut);
  const attended = emitAttentionProduct(
    g.scope('attention/project_out'),
    ops.softmax(g, scores),
    value,
    projectOut,
    [c, c],
    heads,
    type,
  );

  // One vector if the module has no position: adding repeats it over the map.
  const basic = asValue(g, 'basic', weight(names.basic));
  const reshaped = ops.reshape(g, attended, [0, c, s, s]);
  const x = onGrid(g, ops.add(g, basic, reshaped), c, grids.prompt, type);
  const normedX = emitChannelNorm(within(context, 'norm_feed_forward'), x, feedForwardNorm, type);
  return ops.add(
    g,
    x,
    emitFeedForward(context, normedX, feedForward, c, 'gated', grids.prompt, type),
  );
}

/**
 * The query of prompt-to-prompt attention, unit length times temperature: float32 (1, heads,
 * c/heads, s²). It does not depend on the image, so it is a constant for fixed weights.
 */
export function emitBasicQuery(context: LevelContext): string {
  const { g, config, level, weight, grids } = context;
  const { promptChannels: c, promptSize: s, p2pHeads: heads } = level;
  const { queryNorm, attention } = names.promptToPrompt;
  const attend = g.scope('attention');
  const basic = weight(names.basic);
  if (basic.kind === 'fixed') {
    const folded = foldBasicQuery(level, hasNoPosition(config), (name) => {
      const each = weight(name);
      if (each.kind === 'fixed') return each;
      throw new Error(`'${name}' is fed where others are fixed`);
    });
    return asValue(attend, 'query', { kind: 'fixed', ...folded });
  }
  const image = asValue(g, 'basic', basic);
  const map = hasNoPosition(config) ? ops.resizeTo(g, image, [s, s]) : image;
  const normed = emitChannelNorm(within(context, 'norm_query'), map, queryNorm, 'float32');
  const projection = {
    matrix: weight(attention.query),
    depthwise: weight(attention.queryDepthwise),
    outputs: c,
    inputs: c,
  };
  const query = emitProjection(attend, 'query', normed, projection, grids.prompt, 'float32');
  const rows = ops.reshape(attend, query, [1, heads, c / heads, s * s]);
  const lengths = ops.clip(attend, ops.reduceL2(attend, rows, [-1]), { min: lengthEpsilon });
  const temperature = reshapeWeight(attend, weight(attention.temperature), [1, heads, 1, 1]);
  return ops.mul(
    attend,
    ops.div(attend, rows, lengths),
    asValue(attend, 'temperature', temperature),
  );
}
