import { ops } from '@pip-graft/onnx-graft';
import { hasNoPosition } from '../config/pip-config.ts';
import { foldBasicQuery } from '../fold/basic-query.ts';
import { lengthEpsilon } from '../fold/l2-normalise.ts';
import { names } from '../parameters/names.ts';
import { emitChannelNorm } from './channel-norm.ts';
import { type LevelContext, within } from './level-context.ts';
import { emitProjection } from './projection.ts';
import { asValue, reshapeWeight } from './weight.ts';

/**
 * The query of prompt-to-prompt attention, unit length times temperature: float32
 * (1, heads, c/heads, s²). It does not depend on the image, so of fixed weights it is a constant.
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
    ...{ outputs: c, inputs: c },
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
