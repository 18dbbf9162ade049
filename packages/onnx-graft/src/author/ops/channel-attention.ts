import type { FloatType } from '../../model/data-type.ts';
import type { GraphBuilder } from '../graph-builder.ts';
import { toFloat32 } from './cast.ts';
import { clip } from './clip.ts';
import { div, matmul, mul } from './elementwise.ts';
import type { Named } from './named.ts';
import { reduceL2 } from './reduce.ts';
import { reshape } from './reshape.ts';
import { transpose } from './transpose.ts';

/** (N, C, H, W) to (N, heads, C/heads, H·W). */
export function splitHeads(
  g: GraphBuilder,
  x: string,
  heads: number,
  channels: number,
  options: Named = {},
): string {
  return reshape(g, x, [0, heads, channels / heads, -1], options);
}

/** Options of {@link channelScores}. */
export interface ChannelScoresOptions extends Named {
  /** Float32 (heads, 1, 1), whatever the type of q and k. */
  readonly temperature: string;
  /** Type of q and k. Default float32. */
  readonly dataType?: FloatType | undefined;
}

/**
 * Cosine similarity of the channels of q and k, times the temperature: float32 (N, heads, k, k),
 * ready for a softmax. q and k are (N, heads, k, pixels).
 *
 * The published form divides q and k by max(length, 1e-12) and multiplies then. Here the small
 * product is divided by the product of the lengths, held above 1e-24: the same for a channel that
 * is zero or longer than 1e-12, for two passes over the pixels less.
 */
export function channelScores(
  g: GraphBuilder,
  q: string,
  k: string,
  options: ChannelScoresOptions,
): string {
  const { temperature, dataType = 'float32' } = options;
  const [wideQ, wideK] = [toFloat32(g, q, dataType), toFloat32(g, k, dataType)];
  const turned = (x: string) => transpose(g, x, [0, 1, 3, 2]);
  const lengths = matmul(g, reduceL2(g, wideQ, [-1]), turned(reduceL2(g, wideK, [-1])));
  const product = matmul(g, wideQ, turned(wideK));
  return mul(g, div(g, product, clip(g, lengths, { min: 1e-24 })), temperature, options);
}
