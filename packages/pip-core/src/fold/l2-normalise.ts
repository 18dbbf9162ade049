import type { Numbers } from './matrix.ts';

/** The least length a row is divided by; spec pip.md section 2. */
export const lengthEpsilon = 1e-12;

/** Every row of `length` numbers divided by its Euclidean length. */
export function l2Normalise(x: Numbers, length: number): Float64Array {
  const out = Float64Array.from(x);
  for (let start = 0; start < out.length; start += length) {
    const row = out.subarray(start, start + length);
    let squares = 0;
    for (let i = 0; i < length; i++) squares += row[i]! * row[i]!;
    const norm = Math.max(Math.sqrt(squares), lengthEpsilon);
    for (let i = 0; i < length; i++) row[i]! /= norm;
  }
  return out;
}
