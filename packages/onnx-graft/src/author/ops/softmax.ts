import type { FloatType } from '../../model/data-type.ts';
import type { GraphBuilder } from '../graph-builder.ts';
import { fromFloat32, toFloat32 } from './cast.ts';
import type { Named } from './named.ts';

/** Options of {@link softmax}. */
export interface SoftmaxOptions extends Named {
  /** x's type; the softmax itself is taken in float32. Default float32. */
  readonly dataType?: FloatType | undefined;
}

/**
 * Softmax over the last axis, in float32 whatever x's type. Only the last axis: before operator
 * set 13 Softmax ran over all axes from `axis` on, and there the two meanings agree.
 */
export function softmax(g: GraphBuilder, x: string, options: SoftmaxOptions = {}): string {
  const { dataType = 'float32' } = options;
  const wide = toFloat32(g, x, dataType);
  return fromFloat32(g, g.node('Softmax', [wide], { axis: { int: -1 } }, options)[0]!, dataType);
}
