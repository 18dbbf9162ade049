/** 11x9 values that jump around, the same every time. */
export function madeImage() {
  const [width, height] = [11, 9];
  const data = Float32Array.from(
    { length: 3 * width * height },
    (_, at) => ((at * 7919) % 101) / 100,
  );
  return { width, height, data };
}

/** Values at [plane, y, x]. */
export function valuesAt(data: Float32Array, places: readonly (readonly number[])[]): number[] {
  const { width, height } = madeImage();
  return places.map(([plane, y, x]) => data[(plane! * height + y!) * width + x!]!);
}
