import type { FloatType } from '../../model/data-type.ts';
import type { GraphBuilder } from '../graph-builder.ts';
import { max as larger, min as smaller } from './elementwise.ts';
import type { Named } from './named.ts';

/** Options of {@link clip}. */
export interface ClipOptions extends Named {
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  /** x's type. Default float32. */
  readonly dataType?: FloatType | undefined;
}

/** x held between `min` and `max`, either of which may be left out. */
export function clip(g: GraphBuilder, x: string, options: ClipOptions): string {
  const { min, max, dataType = 'float32' } = options;
  if (g.opset < 12 && dataType === 'float16') {
    // CUDA's kernel of operator set 11 takes float32 alone.
    const held = min === undefined ? x : larger(g, x, g.scalar(min, dataType));
    return max === undefined ? held : smaller(g, held, g.scalar(max, dataType), options);
  }
  const bound = (value: number | undefined) =>
    value === undefined ? '' : g.scalar(value, dataType);
  return g.node('Clip', [x, bound(min), bound(max)], {}, options)[0]!;
}
