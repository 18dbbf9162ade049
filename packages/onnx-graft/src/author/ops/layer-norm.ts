import type { FloatType } from '../../model/data-type.ts';
import type { GraphBuilder } from '../graph-builder.ts';
import { fromFloat32, toFloat32 } from './cast.ts';
import { add, div, mul, pow, sqrt, sub } from './elementwise.ts';
import type { Named } from './named.ts';
import { reduceMean } from './reduce.ts';
import { transpose } from './transpose.ts';

/** Options of {@link layerNorm}. The parameters are float32 values whatever the type of x. */
export interface LayerNormOptions extends Named {
  /** Scale, float32 (C). */
  readonly weight: string;
  /** Shift, float32 (C). */
  readonly bias?: string | undefined;
  readonly eps: number;
  /** x's type; the norm itself is taken in float32. Default float32. */
  readonly dataType?: FloatType | undefined;
}

/** Options of {@link layerNormChannels}. */
export interface LayerNormChannelsOptions extends LayerNormOptions {
  /** `biasFree` divides by the deviation but does not subtract the mean. Default `withBias`. */
  readonly form?: 'withBias' | 'biasFree' | undefined;
}

/**
 * Layer norm over the last axis, with biased variance: `(x − mean)/√(var + eps)·weight + bias`.
 * `LayerNormalization` since operator set 17, single ops before. In float32 throughout.
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
 * Layer norm over the channels of an NCHW value, at every pixel. The bias-free form (spec pip.md
 * section 2) is `x/√(var + eps)·weight`: the mean enters the variance only.
 *
 * Channels are moved last and back: onnxruntime's CPU takes several times as long for means over
 * the channels where they are, and its optimiser joins the two moves with what is around them.
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

/** LayerNormalization's third output is `1/√(var + eps)`, which is all that is wanted of it. */
function biasFreeNorm(g: GraphBuilder, x: string, options: LayerNormOptions): string {
  const { weight, eps } = options;
  if (g.opset < 17) return mul(g, div(g, x, moments(g, x, eps).deviation), weight, options);
  const attributes = { axis: { int: -1 }, epsilon: { float: eps } };
  const [, , scale] = g.node('LayerNormalization', [x, weight], attributes, { outputs: 3 });
  return mul(g, mul(g, x, scale!), weight, options);
}

/** x less the mean over its last axis, and the deviation, in the ops that runtimes fuse. */
function moments(g: GraphBuilder, x: string, eps: number): { centred: string; deviation: string } {
  const centred = sub(g, x, reduceMean(g, x, [-1]));
  const variance = reduceMean(g, pow(g, centred, g.scalar(2, 'float32')), [-1]);
  return { centred, deviation: sqrt(g, add(g, variance, g.scalar(eps, 'float32'))) };
}
