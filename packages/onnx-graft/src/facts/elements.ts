import { contentLimit, countOf } from './shaped.ts';

/** Broadcast sizes of two shapes; a size known on one side only is used unless it is 1. */
export function broadcastDims(
  a: readonly number[],
  b: readonly number[],
  clash: (first: number, second: number) => void,
): readonly number[] {
  if (a.length < b.length) return broadcastDims(b, a, clash);
  const lead = a.length - b.length;
  let out: number[] | undefined;
  for (let i = lead; i < a.length; i++) {
    const x = a[i]!;
    const y = b[i - lead]!;
    if (x === y || y === 1) continue;
    out ??= [...a];
    if (x === 1) out[i] = y;
    else if (Number.isNaN(x)) out[i] = y;
    else if (!Number.isNaN(y)) clash(x, y);
  }
  return out ?? a;
}

/**
 * Elements of a small tensor at all indices of `dims`; `at` maps indices to positions in `from`.
 */
export function gatherElements(
  dims: readonly number[],
  from: readonly number[],
  at: (index: readonly number[]) => number,
): readonly number[] | undefined {
  const count = countOf(dims);
  if (!(count <= contentLimit)) return undefined;
  const out: number[] = [];
  const index = dims.map(() => 0);
  for (let i = 0; i < count; i++) {
    out.push(from[at(index)] ?? Number.NaN);
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      if (++index[axis]! < dims[axis]!) break;
      index[axis] = 0;
    }
  }
  return out;
}

/** Row-major strides. */
export function stridesOf(dims: readonly number[]): number[] {
  const strides = dims.map(() => 1);
  for (let axis = dims.length - 2; axis >= 0; axis--) {
    strides[axis] = strides[axis + 1]! * dims[axis + 1]!;
  }
  return strides;
}

/** Elements of a small tensor repeated to larger sizes, as broadcasting does. */
export function broadcastElements(
  dims: readonly number[],
  fromDims: readonly number[],
  from: readonly number[],
): readonly number[] | undefined {
  if (from.length === countOf(dims)) return from;
  const strides = stridesOf(fromDims);
  const lead = dims.length - fromDims.length;
  return gatherElements(dims, from, (index) => {
    let at = 0;
    for (let axis = 0; axis < fromDims.length; axis++) {
      if (fromDims[axis] !== 1) at += index[axis + lead]! * strides[axis]!;
    }
    return at;
  });
}
