import { type FloatType, type GraphBuilder, ops } from '@pip-graft/onnx-graft';
import type { LevelConfig, PipConfig } from '../config/pip-config.ts';
import { normEpsilon } from '../fold/numbers.ts';
import type { NormNames } from '../parameters/names.ts';
import { asValue, type Weight } from './weight.ts';

/** What every part of a level is emitted from. */
export interface LevelContext {
  readonly g: GraphBuilder;
  readonly config: PipConfig;
  readonly level: LevelConfig;
  /** What the host computes in, and what prompt-to-feature does. Prompt-to-prompt is always float32. */
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
 * its border. Runtimes cannot do arithmetic on symbols and so lose the size of whatever a
 * convolution makes; saying it lets them share memory and load faster.
 */
export interface Grid {
  readonly size: readonly [batch: string, height: string | number, width: string | number];
  readonly border: Border;
}

/** Beyond a border: zeros, or the pixels beside it once more. */
export type Border = 'zeros' | 'edge';

/** The grids that the values of a level lie on. */
export interface Grids {
  /** What comes from the skip feature alone. */
  readonly feature: Grid;
  /** What depends on the degradation too: with several rows of weights its batch may be larger. */
  readonly universal: Grid;
  /** The prompt before it is resized. */
  readonly prompt: Grid;
}

/** Grids under symbols of a level's own. */
export function levelGrids(prefix: string, promptSize: number, border: Border): Grids {
  const symbol = (name: string) => `${prefix}/${name}`;
  const [height, width] = [symbol('height'), symbol('width')];
  return {
    feature: { size: [symbol('images'), height, width], border },
    universal: { size: [symbol('rows'), height, width], border },
    prompt: { size: [symbol('rows'), promptSize, promptSize], border },
  };
}

/** Says what size an NCHW value has, and gives it back. */
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

/** What prompt-to-feature works on, as values of the graph. */
export interface FeatureInputs {
  /** Z (B,C,H,W). */
  readonly feature: string;
  /** U (B,c,H,W). */
  readonly universal: string;
  /** Height and width, int64 [2]. */
  readonly size: string;
}
