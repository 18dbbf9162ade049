import { type FloatType, type GraphBuilder, ops } from '@pip-graft/onnx-graft';
import type { LevelConfig, PipConfig } from '../config/pip-config.ts';
import { normEpsilon } from '../fold/numbers.ts';
import type { NormNames } from '../parameters/names.ts';
import { asValue, type Weight } from './weight.ts';

/** Context for emitting the parts of a level. */
export interface LevelContext {
  readonly g: GraphBuilder;
  readonly config: PipConfig;
  readonly level: LevelConfig;
  /** Type in which the host and prompt-to-feature compute. Prompt-to-prompt is always float32. */
  readonly dataType: FloatType;
  readonly grids: Grids;
  /** A parameter by its name within the level. */
  readonly weight: (name: string) => Weight;
}

/** The same context with a deeper prefix. */
export function within(context: LevelContext, scope: string): LevelContext {
  return { ...context, g: context.g.scope(scope) };
}

/**
 * Batch, height and width of a value, as numbers or symbols, and what 3x3 convolutions see beyond
 * its border. Runtimes cannot do arithmetic on symbols and so lose the size of a convolution's
 * output; declaring it lets them share memory and load faster.
 */
export interface Grid {
  readonly size: readonly [batch: string, height: string | number, width: string | number];
  readonly border: Border;
}

/** Pixels beyond a border: zeros, or the edge pixels replicated. */
export type Border = 'zeros' | 'edge';

/** Grids of a level's values. */
export interface Grids {
  /** What depends on the skip feature only. */
  readonly feature: Grid;
  /** What also depends on the degradation: with several rows of weights its batch may be larger. */
  readonly universal: Grid;
  /** The prompt before it is resized. */
  readonly prompt: Grid;
}

/** Grids with symbols unique to a level. */
export function levelGrids(prefix: string, promptSize: number, border: Border): Grids {
  const symbol = (name: string) => `${prefix}/${name}`;
  const [height, width] = [symbol('height'), symbol('width')];
  return {
    feature: { size: [symbol('images'), height, width], border },
    universal: { size: [symbol('rows'), height, width], border },
    prompt: { size: [symbol('rows'), promptSize, promptSize], border },
  };
}

/** Declares the size of an NCHW value, and returns the value. */
export function onGrid(
  g: GraphBuilder,
  value: string,
  channels: number,
  { size: [batch, height, width] }: Grid,
  type: FloatType,
): string {
  return g.describe(value, type, [batch, channels, height, width]);
}

/** Layer norm over channels, in float32 whatever the type of x. */
export function emitChannelNorm(
  { g, weight: parameter }: LevelContext,
  x: string,
  { weight, bias }: NormNames,
  dataType: FloatType,
): string {
  const constant = (name: string, key: string) => asValue(g, name, parameter(key));
  return ops.layerNormChannels(g, x, {
    weight: constant('weight', weight),
    bias: constant('bias', bias),
    eps: normEpsilon,
    dataType,
  });
}

/** Inputs of prompt-to-feature, as values of the graph. */
export interface FeatureInputs {
  /** Z (B,C,H,W). */
  readonly feature: string;
  /** U (B,c,H,W). */
  readonly universal: string;
  /** Height and width, int64 [2]. */
  readonly size: string;
}
