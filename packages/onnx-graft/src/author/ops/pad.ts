import type { FloatType } from '../../model/data-type.ts';
import type { GraphBuilder } from '../graph-builder.ts';
import { type Axes, axesValue } from './axes.ts';
import type { Named } from './named.ts';
import { padAxes } from './pad-axes.ts';

/** Options of {@link pad}. */
export interface PadOptions extends Named {
  readonly mode?: 'constant' | 'reflect' | 'edge' | undefined;
  /** Name of a scalar of x's type, for mode constant; zero when left out. */
  readonly value?: string | undefined;
  /** x's type, for the zero. Default float32. */
  readonly dataType?: FloatType | undefined;
}

/**
 * x made larger: `pads` are what to add before each axis, then what to add after each, all axes named.
 * Where they are computed, x is NCHW and its rows and columns grow.
 *
 * CUDA has no kernel for Pad since 19: what is added is joined to x then, axis by axis.
 */
export function pad(g: GraphBuilder, x: string, pads: Axes, options: PadOptions = {}): string {
  const { mode = 'constant', value = '', dataType = 'float32', name } = options;
  if (g.opset < 19) {
    const attributes = { mode: { string: mode } };
    return g.node('Pad', [x, axesValue(g, pads), value], attributes, { name })[0]!;
  }
  const fill = value === '' ? g.scalar(0, dataType) : value;
  return padAxes(g, x, pads, { mode, fill, name });
}
