/** The middle of an image, at most `side` pixels wide and high. */
export function crop({ width, height, data }, side) {
  const [wide, high] = [Math.min(side, width), Math.min(side, height)];
  return cut({ width, height, data }, (width - wide) >> 1, (height - high) >> 1, wide, high);
}

/** A part of an image. */
export function cut({ width, height, data }, left, top, wide, high) {
  const out = new Float32Array(3 * wide * high);
  for (let row = 0; row < 3 * high; row++) {
    const [plane, y] = [Math.floor(row / high), row % high];
    const from = (plane * height + top + y) * width + left;
    out.set(data.subarray(from, from + wide), row * wide);
  }
  return { width: wide, height: high, data: out, bitDepth: 8 };
}
