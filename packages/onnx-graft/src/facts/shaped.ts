import type { DataType } from '../model/data-type.ts';

/**
 * Facts about a value in a virtual run of the model on inputs of one particular size. An unknown
 * size is NaN, so that arithmetic carries it.
 */
export interface Shaped {
  readonly dataType: DataType | undefined;
  /** undefined if even the rank is unknown. */
  readonly dims: readonly number[] | undefined;
  /**
   * One letter per axis: `H` and `W` are the image's rows and columns (at any resolution), `T` both
   * of them flattened, `.` anything else. undefined if the shape's history is unknown.
   */
  readonly axes: string | undefined;
  /** Elements in row-major order, of small tensors that shapes depend on. */
  readonly content: readonly number[] | undefined;
}

/** Larger tensors have no `content`: no exporter's shape arithmetic needs that many. */
export const contentLimit = 64;

/** A {@link Shaped}; without `axes`, none of the axes is the image's. */
export function shaped(
  dataType: DataType | undefined,
  dims: readonly number[] | undefined,
  axes?: string | undefined,
  content?: readonly number[] | undefined,
): Shaped {
  return { dataType, dims, axes, content };
}

/** A value whose axes are unrelated to the image's. */
export function plain(
  dataType: DataType | undefined,
  dims: readonly number[],
  content?: readonly number[] | undefined,
): Shaped {
  return { dataType, dims, axes: noAxes(dims.length), content };
}

const dots = Array.from({ length: 9 }, (_, rank) => '.'.repeat(rank));

/** The axes of a value that has none of the image's. */
export function noAxes(rank: number): string {
  return dots[rank] ?? '.'.repeat(rank);
}

/** Number of elements; NaN if a size is unknown. */
export function countOf(dims: readonly number[]): number {
  let count = 1;
  for (const size of dims) count *= size;
  return count;
}

/** A tensor of the same shape and type, contents unknown. */
export function alike(value: Shaped | undefined): Shaped | undefined {
  if (value?.content === undefined) return value;
  return { dataType: value.dataType, dims: value.dims, axes: value.axes, content: undefined };
}

/** An axis number counted from the front; undefined if it is outside the rank. */
export function axisAt(axis: number, rank: number): number | undefined {
  const at = axis < 0 ? axis + rank : axis;
  return at >= 0 && at < rank ? at : undefined;
}
