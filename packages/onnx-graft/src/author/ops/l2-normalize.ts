import type { FloatType } from '../../model/data-type.ts';
import type { GraphBuilder } from '../graph-builder.ts';
import { fromFloat32, toFloat32 } from './cast.ts';
import { clip } from './clip.ts';
import { div } from './elementwise.ts';
import type { Named } from './named.ts';
import { reduceL2 } from './reduce.ts';

/** Options of {@link l2Normalize}. */
export interface L2NormalizeOptions extends Named {
  readonly eps?: number | undefined;
  /** x's type; the norm itself is taken in float32. Default float32. */
  readonly dataType?: FloatType | undefined;
}

/** x over the length of its last axis, `x / max(‖x‖, eps)`; eps 1e-12. */
export function l2Normalize(g: GraphBuilder, x: string, options: L2NormalizeOptions = {}): string {
  const { eps = 1e-12, dataType = 'float32' } = options;
  const wide = toFloat32(g, x, dataType);
  const norm = clip(g, reduceL2(g, wide, [-1]), { min: eps });
  return fromFloat32(g, div(g, wide, norm, options), dataType);
}
