import type { FloatType } from '../../model/data-type.ts';
import type { GraphBuilder } from '../graph-builder.ts';
import { abs, add, max, min, neg, sub } from './elementwise.ts';
import { type Axes, axesValue, concat, gather, type Named, slice } from './parts.ts';
import { dimensions, expand, shape } from './shape.ts';

/** Options of {@link pad}. */
export interface PadOptions extends Named {
  readonly mode?: 'constant' | 'reflect' | 'edge' | undefined;
  /** Name of a scalar of x's type, for mode constant; default: zero. */
  readonly value?: string | undefined;
  /** x's type, for the zero. Default float32. */
  readonly dataType?: FloatType | undefined;
}

/**
 * Pads x: `pads` holds what to add before each axis, then what to add after each, for all axes. If
 * they are computed, x is NCHW and only its rows and columns grow.
 *
 * CUDA has no kernel for Pad since 19: from then on the padding is concatenated to x, axis by axis.
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

const toTheEnd = Number.MAX_SAFE_INTEGER;

interface PadAxesOptions extends Named {
  readonly mode: 'constant' | 'reflect' | 'edge';
  /** Name of the scalar that mode constant fills with. */
  readonly fill: string;
}

/** Growth of one axis: numbers, or names of int64 vectors of one element. */
interface Growth {
  readonly axis: number;
  readonly rank: number;
  readonly before: number | string;
  readonly after: number | string;
}

/** Pads without Pad: concatenates each axis's padding in turn. */
export function padAxes(
  g: GraphBuilder,
  x: string,
  pads: Axes,
  { mode, fill, name }: PadAxesOptions,
): string {
  const growths = growthsOf(g, pads);
  const start = typeof pads === 'string' ? x : cut(g, x, pads, growths.length > 0 ? {} : { name });
  return growths.reduce((value, growth, at) => {
    const options = at === growths.length - 1 ? { name } : {};
    if (mode === 'constant') return filled(g, value, growth, fill, options);
    const { before, after } = growth;
    return mode === 'edge' && typeof before === 'number' && typeof after === 'number'
      ? repeated(g, value, growth.axis, [before, after], options)
      : picked(g, value, growth, mode, options);
  }, start);
}

/** Negative padding crops. */
function cut(g: GraphBuilder, x: string, pads: readonly number[], options: Named): string {
  const rank = pads.length / 2;
  const axes = range(0, rank).filter((axis) => pads[axis]! < 0 || pads[axis + rank]! < 0);
  if (axes.length === 0) return x;
  return slice(g, x, {
    ...options,
    axes,
    starts: axes.map((axis) => Math.max(0, -pads[axis]!)),
    ends: axes.map((axis) => (pads[axis + rank]! < 0 ? pads[axis + rank]! : toTheEnd)),
  });
}

function growthsOf(g: GraphBuilder, pads: Axes): Growth[] {
  if (typeof pads === 'string') {
    const at = (index: number): string => gather(g, pads, [index], 0);
    return [2, 3].map((axis) => ({ axis, rank: 4, before: at(axis), after: at(axis + 4) }));
  }
  const rank = pads.length / 2;
  return Array.from({ length: rank }, (_, axis) => ({
    axis,
    rank,
    before: Math.max(0, pads[axis]!),
    after: Math.max(0, pads[axis + rank]!),
  })).filter(({ before, after }) => before !== 0 || after !== 0);
}

/** One value before and after. */
function filled(
  g: GraphBuilder,
  x: string,
  { axis, rank, before, after }: Growth,
  fill: string,
  options: Named,
): string {
  const dims = shape(g, x);
  const block = (size: number | string): string[] => {
    if (size === 0) return [];
    const own = typeof size === 'string' ? size : g.ints([size]);
    const sizes = [
      ...(axis > 0 ? [gather(g, dims, range(0, axis), 0)] : []),
      own,
      ...(axis + 1 < rank ? [gather(g, dims, range(axis + 1, rank), 0)] : []),
    ];
    return [expand(g, fill, sizes.length === 1 ? own : concat(g, sizes, 0))];
  };
  return concat(g, [...block(before), x, ...block(after)], axis, options);
}

/** Repeats the first and the last entry as often as requested. */
function repeated(
  g: GraphBuilder,
  x: string,
  axis: number,
  [before, after]: readonly [number, number],
  options: Named,
): string {
  const entry = (start: number, end: number): string =>
    slice(g, x, { axes: [axis], starts: [start], ends: [end] });
  const copies = (count: number, start: number, end: number): string[] =>
    count > 0 ? new Array<string>(count).fill(entry(start, end)) : [];
  return concat(g, [...copies(before, 0, 1), x, ...copies(after, -1, toTheEnd)], axis, options);
}

/** Picks every entry by its position in x; positions outside are clamped or mirrored. */
function picked(
  g: GraphBuilder,
  x: string,
  { axis, before, after }: Growth,
  mode: 'reflect' | 'edge',
  options: Named,
): string {
  const vector = (size: number | string): string =>
    typeof size === 'string' ? size : g.ints([size]);
  const scalar = (value: string): string => g.node('Squeeze', [value, g.ints([0])])[0]!;
  const size = dimensions(g, x, axis, axis + 1);
  const first = scalar(neg(g, vector(before)));
  const end = scalar(add(g, size, vector(after)));
  const [places] = g.node('Range', [first, end, g.scalar(1, 'int64')]);
  const last = sub(g, size, g.ints([1]));
  const inside =
    mode === 'edge'
      ? min(g, max(g, places!, g.ints([0])), last)
      : sub(g, last, abs(g, sub(g, last, abs(g, places!))));
  return g.node('Gather', [x, inside], { axis: { int: axis } }, options)[0]!;
}

function range(start: number, end: number): number[] {
  return Array.from({ length: end - start }, (_, index) => start + index);
}
