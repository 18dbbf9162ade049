import type { TensorMap } from '../tensor-map.ts';

/** Names of the tensors that hold NaN or infinity, as a training that diverged leaves them. Reads all. */
export function nonFinite(tensors: TensorMap): string[] {
  return [...tensors].flatMap(([name, { data }]) => (data.every(Number.isFinite) ? [] : [name]));
}
