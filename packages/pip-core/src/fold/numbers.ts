/** A matrix, or channels × pixels, in row-major order. Sums are computed in float64. */
export type Numbers = Float32Array | Float64Array;

/** Product of a (rows × inner) and b (inner × columns); for channels × pixels a 1x1 convolution. */
export function multiply(
  a: Numbers,
  b: Numbers,
  rows: number,
  inner: number,
  columns: number,
): Float64Array {
  const out = new Float64Array(rows * columns);
  // One element type keeps the loops monomorphic; two rows of `out` and four of b at a time spare
  // most of the reads and writes: together four times as fast, for the largest part of a graft.
  const left = new Float64Array(a);
  const right = new Float64Array(b);
  const whole = inner - (inner % 4);
  for (let row = 0; row < rows; row += 2) {
    const last = row + 1 === rows;
    const to = row * columns;
    const at = row * inner;
    // The last row of an odd number is computed twice, and kept once.
    const next = last ? at : at + inner;
    const toNext = last ? to : to + columns;
    for (let i = 0; i < whole; i += 4) {
      const p0 = left[at + i]!;
      const p1 = left[at + i + 1]!;
      const p2 = left[at + i + 2]!;
      const p3 = left[at + i + 3]!;
      const q0 = left[next + i]!;
      const q1 = left[next + i + 1]!;
      const q2 = left[next + i + 2]!;
      const q3 = left[next + i + 3]!;
      const b0 = i * columns;
      const b1 = b0 + columns;
      const b2 = b1 + columns;
      const b3 = b2 + columns;
      for (let column = 0; column < columns; column++) {
        const r0 = right[b0 + column]!;
        const r1 = right[b1 + column]!;
        const r2 = right[b2 + column]!;
        const r3 = right[b3 + column]!;
        const sum = out[to + column]! + (p0 * r0 + p1 * r1 + p2 * r2 + p3 * r3);
        out[toNext + column]! += q0 * r0 + q1 * r1 + q2 * r2 + q3 * r3;
        out[to + column] = sum;
      }
    }
    for (let i = whole; i < inner; i++) {
      const p = left[at + i]!;
      const q = left[next + i]!;
      for (let column = 0; column < columns; column++) {
        const r = right[i * columns + column]!;
        const sum = out[to + column]! + p * r;
        out[toNext + column]! += q * r;
        out[to + column] = sum;
      }
    }
  }
  return out;
}

/** A matrix cut or zero-padded to another size. */
export function resizeMatrix(
  a: Numbers,
  [rows, columns]: readonly [number, number],
  [toRows, toColumns]: readonly [number, number],
): Float64Array {
  const out = new Float64Array(toRows * toColumns);
  for (let row = 0; row < Math.min(rows, toRows); row++) {
    for (let column = 0; column < Math.min(columns, toColumns); column++) {
      out[row * toColumns + column] = a[row * columns + column]!;
    }
  }
  return out;
}

/** Smallest length that a row is divided by; docs/notes/pip.md section 2. */
export const lengthEpsilon = 1e-12;

/** Every row of `length` numbers divided by its Euclidean length. */
export function l2Normalise(x: Numbers, length: number): Float64Array {
  const out = new Float64Array(x);
  for (let start = 0; start < out.length; start += length) {
    const row = out.subarray(start, start + length);
    let squares = 0;
    for (let i = 0; i < length; i++) squares += row[i]! * row[i]!;
    const norm = Math.max(Math.sqrt(squares), lengthEpsilon);
    for (let i = 0; i < length; i++) row[i]! /= norm;
  }
  return out;
}

/** Added to the variance; docs/notes/pip.md section 2. */
export const normEpsilon = 1e-5;

/** Layer norm over the channels at each pixel, biased variance: x is channels × pixels. */
export function layerNorm(
  x: Numbers,
  weight: Numbers,
  bias: Numbers,
  channels: number,
  pixels: number,
): Float64Array {
  // Channel by channel, in the memory order of x.
  const mean = new Float64Array(pixels);
  const scale = new Float64Array(pixels);
  const out = new Float64Array(channels * pixels);
  for (let start = 0; start < out.length; start += pixels) {
    for (let pixel = 0; pixel < pixels; pixel++) mean[pixel]! += x[start + pixel]! / channels;
  }
  for (let start = 0; start < out.length; start += pixels) {
    for (let pixel = 0; pixel < pixels; pixel++) {
      const centred = x[start + pixel]! - mean[pixel]!;
      out[start + pixel] = centred;
      scale[pixel]! += centred * centred;
    }
  }
  for (let pixel = 0; pixel < pixels; pixel++) {
    scale[pixel] = 1 / Math.sqrt(scale[pixel]! / channels + normEpsilon);
  }
  for (let channel = 0; channel < channels; channel++) {
    const at = channel * pixels;
    for (let pixel = 0; pixel < pixels; pixel++) {
      out[at + pixel] = out[at + pixel]! * scale[pixel]! * weight[channel]! + bias[channel]!;
    }
  }
  return out;
}

/**
 * A depthwise 3x3 convolution that keeps the size: x is channels × height × width, the weight
 * channels × 9. Pads with zeros, or with `edge` replicates the border pixels.
 */
export function depthwise3x3(
  x: Numbers,
  weight: Numbers,
  [channels, height, width]: readonly [number, number, number],
  { edge }: { readonly edge: boolean },
): Float64Array {
  const out = new Float64Array(channels * height * width);
  for (let channel = 0; channel < channels; channel++) {
    const plane = channel * height * width;
    for (let tap = 0; tap < 9; tap++) {
      const factor = weight[channel * 9 + tap]!;
      const down = Math.floor(tap / 3) - 1;
      const right = (tap % 3) - 1;
      const first = right < 0 ? 1 : 0;
      const end = right > 0 ? width - 1 : width;
      for (let row = 0; row < height; row++) {
        const inside = Math.min(Math.max(row + down, 0), height - 1);
        if (inside !== row + down && !edge) continue;
        const to = plane + row * width;
        const from = plane + inside * width;
        for (let column = first; column < end; column++)
          out[to + column]! += factor * x[from + right + column]!;
        if (!edge) continue;
        if (right < 0) out[to]! += factor * x[from]!;
        if (right > 0) out[to + width - 1]! += factor * x[from + width - 1]!;
      }
    }
  }
  return out;
}
