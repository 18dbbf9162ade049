import type { GraphBuilder } from '../graph-builder.ts';
import { type Axes, axesValue } from './axes.ts';
import type { Named } from './named.ts';

/** Options of {@link pad}. */
export interface PadOptions extends Named {
  readonly mode?: 'constant' | 'reflect' | 'edge' | undefined;
  /** Name of a scalar of x's type, for mode constant; zero when left out. */
  readonly value?: string | undefined;
}

/** x made larger: `pads` are what to add before each axis, then what to add after each, all axes named. */
export function pad(g: GraphBuilder, x: string, pads: Axes, options: PadOptions = {}): string {
  const { mode = 'constant', value = '' } = options;
  return g.node('Pad', [x, axesValue(g, pads), value], { mode: { string: mode } }, options)[0]!;
}
