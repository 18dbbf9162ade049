/**
 * Planar RGB, 0 to 1.
 *
 * @typedef {{ readonly width: number, readonly height: number, readonly data: Float32Array }} Planes
 */

/** @typedef {<T extends Planes>(image: T) => T} Filter */

/**
 * The three planes of an image, as views.
 *
 * @param {Planes} image
 */
export function planesOf({ width, height, data }) {
  const size = width * height;
  return [0, 1, 2].map((plane) => data.subarray(plane * size, (plane + 1) * size));
}

/**
 * A copy of an image with every plane replaced, limited to 0 … 1.
 *
 * @template {Planes} T
 * @param {T} image
 * @param {readonly ArrayLike<number>[]} planes
 * @returns {T}
 */
export function withPlanes(image, planes) {
  const data = new Float32Array(image.data.length);
  const size = image.width * image.height;
  for (const [plane, values] of planes.entries())
    for (let at = 0; at < size; at++)
      data[plane * size + at] = Math.min(1, Math.max(0, values[at]));
  return { ...image, data };
}

/**
 * The smallest or largest of the three channels at every pixel.
 *
 * @param {Planes} image
 * @param {(...values: number[]) => number} pick Math.min or Math.max
 */
export function acrossChannels(image, pick) {
  const [red, green, blue] = planesOf(image);
  return red.map((value, at) => pick(value, green[at], blue[at]));
}

/**
 * Grey by the weights of BT.601.
 *
 * @param {Planes} image
 */
export function greyOf(image) {
  const [red, green, blue] = planesOf(image);
  return red.map((value, at) => 0.299 * value + 0.587 * green[at] + 0.114 * blue[at]);
}
