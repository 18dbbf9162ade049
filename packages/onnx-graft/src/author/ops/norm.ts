import type { FloatType } from '../../model/data-type.ts';
import type { GraphBuilder } from '../graph-builder.ts';
import {
  add,
  clip,
  div,
  fromFloat32,
  matmul,
  mul,
  pow,
  sqrt,
  sub,
  toFloat32,
} from './elementwise.ts';
import type { Named } from './parts.ts';
import { reshape, transpose } from './shape.ts';

/** Options of {@link layerNorm}. The parameters are float32 whatever the type of x. */
export interface LayerNormOptions extends Named {
  /** Scale, float32 (C). */
  readonly weight: string;
  /** Shift, float32 (C). */
  readonly bias?: string | undefined;
  readonly eps: number;
  /** x's type; the norm itself is computed in float32. Default: float32. */
  readonly dataType?: FloatType | undefined;
}

/** Options of {@link layerNormChannels}. */
export interface LayerNormChannelsOptions extends LayerNormOptions {
  /** `biasFree` divides by the deviation without subtracting the mean. Default: `withBias`. */
  readonly form?: 'withBias' | 'biasFree' | undefined;
}

/**
 * Layer norm over the last axis, with biased variance: `(x − mean)/√(var + eps)·weight + bias`.
 * `LayerNormalization` since operator set 17, single ops before that. In float32 throughout.
 */
export function layerNorm(g: GraphBuilder, x: string, options: LayerNormOptions): string {
  const { weight, bias, eps, dataType = 'float32' } = options;
  const wide = toFloat32(g, x, dataType);
  if (g.opset >= 17) {
    const attributes = { axis: { int: -1 }, epsilon: { float: eps } };
    const inputs = bias === undefined ? [wide, weight] : [wide, weight, bias];
    return fromFloat32(g, g.node('LayerNormalization', inputs, attributes, options)[0]!, dataType);
  }
  const { centred, deviation } = moments(g, wide, eps);
  const scaled = mul(g, div(g, centred, deviation), weight, bias === undefined ? options : {});
  return fromFloat32(g, bias === undefined ? scaled : add(g, scaled, bias, options), dataType);
}

/**
 * Layer norm over the channels of an NCHW value, at each pixel. The bias-free form
 * (docs/notes/pip.md section 2) is `x/√(var + eps)·weight`: the mean enters the variance only.
 *
 * Channels are moved last and back: onnxruntime's CPU is several times slower at means over
 * channels in place, and its optimizer merges the two moves into their neighbours.
 */
export function layerNormChannels(
  g: GraphBuilder,
  x: string,
  options: LayerNormChannelsOptions,
): string {
  const { dataType = 'float32', form = 'withBias' } = options;
  const last = transpose(g, toFloat32(g, x, dataType), [0, 2, 3, 1]);
  const wide = { ...options, dataType: 'float32' } as const;
  const normed = form === 'biasFree' ? biasFreeNorm(g, last, wide) : layerNorm(g, last, wide);
  return fromFloat32(g, transpose(g, normed, [0, 3, 1, 2]), dataType);
}

/** LayerNormalization's third output is `1/√(var + eps)`; only that one is used. */
function biasFreeNorm(g: GraphBuilder, x: string, options: LayerNormOptions): string {
  const { weight, eps } = options;
  if (g.opset < 17) return mul(g, div(g, x, moments(g, x, eps).deviation), weight, options);
  const attributes = { axis: { int: -1 }, epsilon: { float: eps } };
  const [, , scale] = g.node('LayerNormalization', [x, weight], attributes, { outputs: 3 });
  return mul(g, mul(g, x, scale!), weight, options);
}

/** x minus the mean over its last axis, and the deviation, in the ops that runtimes fuse. */
function moments(g: GraphBuilder, x: string, eps: number): { centred: string; deviation: string } {
  const centred = sub(g, x, reduceMean(g, x, [-1]));
  const variance = reduceMean(g, pow(g, centred, g.scalar(2, 'float32')), [-1]);
  return { centred, deviation: sqrt(g, add(g, variance, g.scalar(eps, 'float32'))) };
}

/** Options of {@link l2Normalize}. */
export interface L2NormalizeOptions extends Named {
  readonly eps?: number | undefined;
  /** x's type; the norm itself is computed in float32. Default: float32. */
  readonly dataType?: FloatType | undefined;
}

/** x divided by the length of its last axis, `x / max(‖x‖, eps)`; eps 1e-12. */
export function l2Normalize(g: GraphBuilder, x: string, options: L2NormalizeOptions = {}): string {
  const { eps = 1e-12, dataType = 'float32' } = options;
  const wide = toFloat32(g, x, dataType);
  const norm = clip(g, reduceL2(g, wide, [-1]), { min: eps });
  return fromFloat32(g, div(g, wide, norm, options), dataType);
}

/** Options of {@link softmax}. */
export interface SoftmaxOptions extends Named {
  /** x's type; the softmax itself is computed in float32. Default: float32. */
  readonly dataType?: FloatType | undefined;
}

/**
 * Softmax over the last axis, in float32 whatever x's type. Only the last axis: before operator set
 * 13 Softmax ran over all axes from `axis` on; for the last axis the two agree.
 */
export function softmax(g: GraphBuilder, x: string, options: SoftmaxOptions = {}): string {
  const { dataType = 'float32' } = options;
  const wide = toFloat32(g, x, dataType);
  return fromFloat32(g, g.node('Softmax', [wide], { axis: { int: -1 } }, options)[0]!, dataType);
}

/** Options of the reductions. */
export interface ReduceOptions extends Named {
  /** Whether a reduced axis stays, with length 1. Default: true. */
  readonly keepDims?: boolean | undefined;
}

type Reduce = (
  g: GraphBuilder,
  x: string,
  axes: readonly number[],
  options?: ReduceOptions,
) => string;

/** `axes` became an input instead of an attribute: for ReduceSum in 13, for the others in 18. */
function reduction(opType: string, axesAreInputSince: number): Reduce {
  return (g, x, axes, options = {}) => {
    const keepdims = { int: options.keepDims === false ? 0 : 1 };
    return g.opset >= axesAreInputSince
      ? g.node(opType, [x, g.ints(axes)], { keepdims }, options)[0]!
      : g.node(opType, [x], { axes: { ints: axes }, keepdims }, options)[0]!;
  };
}

export const reduceSum = reduction('ReduceSum', 13);
export const reduceMean = reduction('ReduceMean', 18);
export const reduceL2 = reduction('ReduceL2', 18);
export const reduceSumSquare = reduction('ReduceSumSquare', 18);

/** (N, C, H, W) to (N, C, 1, 1); since 22 by ReduceMean: CUDA has no GlobalAveragePool kernel. */
export function globalAveragePool(g: GraphBuilder, x: string, options: Named = {}): string {
  return g.opset >= 22
    ? reduceMean(g, x, [2, 3], options)
    : g.node('GlobalAveragePool', [x], {}, options)[0]!;
}

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
 * The published form divides q and k by max(length, 1e-12), then multiplies. Here the small product
 * is divided by the product of the lengths, clamped to at least 1e-24: the same for a channel that
 * is zero or longer than 1e-12, with two fewer passes over the pixels.
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
