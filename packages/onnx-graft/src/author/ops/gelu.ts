import type { FloatType } from '../../model/data-type.ts';
import type { GraphBuilder } from '../graph-builder.ts';
import { add, div, erf, mul } from './elementwise.ts';
import type { Named } from './named.ts';

/** Options of {@link gelu}. */
export interface GeluOptions extends Named {
  /** x's type. Default float32. */
  readonly dataType?: FloatType | undefined;
}

/** The exact GELU, x/2 · (1 + erf(x/√2)): an op of its own since 20, before in the form that runtimes fuse. */
export function gelu(g: GraphBuilder, x: string, options: GeluOptions = {}): string {
  if (g.opset >= 20) return g.node('Gelu', [x], {}, options)[0]!;
  const { dataType = 'float32' } = options;
  const inner = erf(g, div(g, x, g.scalar(Math.SQRT2, dataType)));
  const gate = add(g, inner, g.scalar(1, dataType));
  return mul(g, mul(g, x, gate), g.scalar(0.5, dataType), options);
}
