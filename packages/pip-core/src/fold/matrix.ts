/** Numbers of a matrix or of channels × pixels, rows one after another. Sums are taken in float64. */
export type Numbers = Float32Array | Float64Array;

/** The product of a (rows × inner) and b (inner × columns): also a 1x1 convolution, b being channels × pixels. */
export function multiply(
  a: Numbers,
  b: Numbers,
  rows: number,
  inner: number,
  columns: number,
): Float64Array {
  const out = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const to = row * columns;
    for (let i = 0; i < inner; i++) {
      const factor = a[row * inner + i]!;
      const from = i * columns;
      for (let column = 0; column < columns; column++) {
        out[to + column]! += factor * b[from + column]!;
      }
    }
  }
  return out;
}

/** A matrix cut or filled up with zeros to another size. */
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
