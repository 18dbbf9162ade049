import { ops } from '@pip-graft/onnx-graft';
import { lengthEpsilon } from '../fold/l2-normalise.ts';
import { names } from '../parameters/names.ts';
import { emitAttentionProduct } from './attention-product.ts';
import { emitBasicQuery } from './basic-query.ts';
import { emitChannelNorm } from './channel-norm.ts';
import { emitFeedForward } from './feed-forward.ts';
import { onGrid } from './grid.ts';
import { emitKeyValue } from './key-value.ts';
import { type LevelContext, within } from './level-context.ts';
import { asValue } from './weight.ts';

/**
 * Prompt-to-prompt: the basic restoration prompt, having looked at the semantic
 * map; float32 (B,c,s,s). `X = B + attention(B, S)`, then `P = X + GDFN(LN(X))`.
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

  // One vector where the module has no position: adding repeats it over the map.
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
