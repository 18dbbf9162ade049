import { type DataType, dataTypeCode, type FloatType } from '../../model/data-type.ts';
import type { GraphBuilder } from '../graph-builder.ts';
import type { Named } from './named.ts';

/** x in another element type. */
export function cast(g: GraphBuilder, x: string, to: DataType, options: Named = {}): string {
  return g.node('Cast', [x], { to: { int: dataTypeCode(to) } }, options)[0]!;
}

/** x as float32: itself when it is that already. */
export function toFloat32(g: GraphBuilder, x: string, from: FloatType): string {
  return from === 'float32' ? x : cast(g, x, 'float32');
}

/** A float32 value in `to`: itself when that is float32. */
export function fromFloat32(g: GraphBuilder, x: string, to: FloatType): string {
  return to === 'float32' ? x : cast(g, x, to);
}
