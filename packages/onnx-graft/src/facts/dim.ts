import type { InputSymbols, SampleSizes } from './sample-inputs.ts';

/** A size: a number, one that follows the inputs' sizes, or unknown. */
export type Dim = number | SymbolicDim | undefined;

/** `symbol` · num / den + offset; `symbol` may be a product such as `height*width`. */
export interface SymbolicDim {
  readonly symbol: string;
  readonly scale: { readonly num: number; readonly den: number };
  readonly offset: number;
}

type Product = { readonly symbol: string; readonly at: (sizes: SampleSizes) => number };

/** Derives a general size from its values at two choices of the input sizes. */
export function dimFrom(
  first: number,
  second: number | undefined,
  sizes: readonly [SampleSizes, SampleSizes],
  { names }: InputSymbols,
): Dim {
  if (Number.isNaN(first) || second === undefined || Number.isNaN(second)) return undefined;
  if (first === second) return first;
  const { batch, height, width } = names;
  const products: readonly Product[] = [
    { symbol: height, at: (s) => s.height },
    { symbol: width, at: (s) => s.width },
    { symbol: batch, at: (s) => s.batch },
    { symbol: `${height}*${width}`, at: (s) => s.height * s.width },
    { symbol: `${batch}*${height}`, at: (s) => s.batch * s.height },
    { symbol: `${batch}*${width}`, at: (s) => s.batch * s.width },
    { symbol: `${batch}*${height}*${width}`, at: (s) => s.batch * s.height * s.width },
  ];
  for (const { symbol, at } of products) {
    const ratio = first / at(sizes[0]);
    if (Math.abs(second / at(sizes[1]) - ratio) <= ratio * 1e-12) {
      return { symbol, scale: fraction(first, at(sizes[0])), offset: 0 };
    }
  }
  for (const { symbol, at } of products.slice(0, 2)) {
    const scale = fraction(second - first, at(sizes[1]) - at(sizes[0]));
    const offset = first - (at(sizes[0]) * scale.num) / scale.den;
    // A small offset is a border; a large one is a coincidence of the two choices.
    if (scale.den <= 1024 && Math.abs(offset) <= 1024) return { symbol, scale, offset };
  }
  return undefined;
}

function fraction(over: number, under: number): { num: number; den: number } {
  let [a, b] = [Math.abs(over), Math.abs(under)];
  while (b !== 0) [a, b] = [b, a % b];
  return { num: over / a, den: under / a };
}
