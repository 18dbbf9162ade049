import type { Random } from '@pip-graft/weights';
import type { DegradeRanges } from './ranges.ts';

/**
 * Makes degraded planes of clean ones, (3,height,width) in 0 to 1, drawing how strongly and where
 * from `random`. The clean planes stay as they are; results may leave 0 to 1.
 */
export type DegradePlanes = (
  planes: Float32Array,
  width: number,
  height: number,
  random: Random,
  ranges: DegradeRanges,
) => Float32Array | Promise<Float32Array>;
