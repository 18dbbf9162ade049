import { ops } from '@pip-graft/onnx-graft';
import type { Network } from './network.ts';
import { constantly } from './parameter.ts';

/** A Restormer block (docs/notes/pip.md section 2). */
export interface BlockShape {
  readonly channels: number;
  readonly heads: number;
  /** Hidden channels of the feed-forward part per channel; the count is rounded down. */
  readonly expansion: number;
  /** Whether convolutions have a bias. */
  readonly bias: boolean;
  /** Whether norms subtract the mean and have a bias. */
  readonly normBias: boolean;
}

const eps = 1e-5;

/** `x + MDTA(LN(x))`, then `x + GDFN(LN(x))`. */
export function transformerBlock(net: Network, x: string, shape: BlockShape): string {
  const { channels, normBias } = shape;
  const norm = (part: string, value: string) =>
    net.at(part).at('body').norm(value, channels, eps, normBias);
  const attended = channelAttention(net.at('attn'), norm('norm1', x), shape);
  const middle = ops.add(net.g, x, attended, { name: 'attn_add' });
  const fed = feedForward(net.at('ffn'), norm('norm2', middle), shape);
  return ops.add(net.g, middle, fed, { name: 'ffn_add' });
}

/** Consecutive blocks, named `{name}.0`, `{name}.1`, …, all of one shape. */
export function transformerStage(
  net: Network,
  name: string,
  x: string,
  count: number,
  shape: BlockShape,
): string {
  let value = x;
  for (let index = 0; index < count; index++) {
    value = transformerBlock(net.at(`${name}.${index}`), value, shape);
  }
  return value;
}

/** Channel self-attention (MDTA). */
function channelAttention(net: Network, x: string, shape: BlockShape): string {
  const { g, dataType } = net;
  const { channels, heads, bias } = shape;
  const wide = { to: 3 * channels, bias };
  const qkv = net.conv('qkv', x, { from: channels, kernel: 1, ...wide });
  const local = net.conv('qkv_dwconv', qkv, {
    from: 3 * channels,
    kernel: 3,
    depthwise: true,
    ...wide,
  });
  const rows = ops.splitHeads(g, local, 3 * heads, 3 * channels);
  net.rows(rows, 3 * heads, channels / heads);
  const [q, k, v] = ops.split(g, rows, [heads, heads, heads], 1);
  const temperature = net.tensor('temperature', [heads, 1, 1], constantly(1), 'float32');
  const scores = ops.channelScores(g, q!, k!, { temperature, dataType });
  const weights = ops.fromFloat32(g, ops.softmax(g, scores), dataType);
  const mixed = ops.reshape(g, ops.matmul(g, weights, v!), net.shape(x, channels));
  net.feature(mixed, channels);
  return net.conv('project_out', mixed, { from: channels, to: channels, kernel: 1, bias });
}

/** Gated feed-forward part (GDFN). */
function feedForward(net: Network, x: string, shape: BlockShape): string {
  const { g, dataType } = net;
  const { channels, bias } = shape;
  const hidden = Math.floor(channels * shape.expansion);
  const wide = { to: 2 * hidden, bias };
  const spread = net.conv('project_in', x, { from: channels, kernel: 1, ...wide });
  const local = net.conv('dwconv', spread, {
    from: 2 * hidden,
    kernel: 3,
    depthwise: true,
    ...wide,
  });
  const [a, b] = ops.split(g, local, [hidden, hidden], 1);
  const gated = ops.mul(g, ops.gelu(g, a!, { dataType }), b!);
  return net.conv('project_out', gated, { from: hidden, to: channels, kernel: 1, bias });
}
