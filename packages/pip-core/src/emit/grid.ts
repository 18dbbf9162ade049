import type { FloatType, GraphBuilder } from '@pip-graft/onnx-graft';

/**
 * Batch, height and width of a value, as numbers or symbols. Runtimes cannot do
 * arithmetic on symbols and so lose the size of whatever a convolution makes;
 * saying it lets them share memory and load faster.
 */
export type Grid = readonly [batch: string, height: string | number, width: string | number];

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
export function levelGrids(prefix: string, promptSize: number): Grids {
  const symbol = (name: string) => `${prefix}/${name}`;
  const size = [symbol('height'), symbol('width')] as const;
  return {
    feature: [symbol('images'), ...size],
    universal: [symbol('rows'), ...size],
    prompt: [symbol('rows'), promptSize, promptSize],
  };
}

/** Says what size an NCHW value has, and gives it back. */
export function onGrid(
  g: GraphBuilder,
  value: string,
  channels: number,
  [batch, height, width]: Grid,
  type: FloatType,
): string {
  return g.describe(value, type, [batch, channels, height, width]);
}
