/**
 * The mean over a square window with sides of 2r+1 pixels; at borders, over the part inside.
 *
 * @param {Float32Array} plane
 * @param {number} width
 * @param {number} height
 * @param {number} r
 */
export function boxMean(plane, width, height, r) {
  const across = slide(plane, width, height, r, 1, width);
  return slide(across, height, width, r, width, 1);
}

/** Running means along lines of `length` pixels, `step` apart in memory. */
function slide(plane, length, lines, r, step, between) {
  const out = new Float32Array(plane.length);
  const sums = new Float64Array(length + 1);
  for (let line = 0; line < lines; line++) {
    const from = line * between;
    for (let at = 0; at < length; at++) sums[at + 1] = sums[at] + plane[from + at * step];
    for (let at = 0; at < length; at++) {
      const [low, high] = [Math.max(0, at - r), Math.min(length, at + r + 1)];
      out[from + at * step] = (sums[high] - sums[low]) / (high - low);
    }
  }
  return out;
}

/**
 * The smallest (erosion) or largest (dilation) value in a square window with sides of 2r+1 pixels.
 *
 * @param {Float32Array} plane
 * @param {number} width
 * @param {number} height
 * @param {number} r
 * @param {(a: number, b: number) => number} pick Math.min or Math.max
 */
export function extreme(plane, width, height, r, pick) {
  const across = new Float32Array(plane.length);
  const out = new Float32Array(plane.length);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      let value = plane[y * width + x];
      for (let i = Math.max(0, x - r); i <= Math.min(width - 1, x + r); i++)
        value = pick(value, plane[y * width + i]);
      across[y * width + x] = value;
    }
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      let value = across[y * width + x];
      for (let i = Math.max(0, y - r); i <= Math.min(height - 1, y + r); i++)
        value = pick(value, across[i * width + x]);
      out[y * width + x] = value;
    }
  return out;
}

/**
 * A Gaussian of deviation `sigma`, cut off at 3 sigma; the image is mirrored at its borders.
 *
 * @param {Float32Array} plane
 * @param {number} width
 * @param {number} height
 * @param {number} sigma
 */
export function gaussianBlur(plane, width, height, sigma) {
  const r = Math.ceil(3 * sigma);
  const raw = Array.from({ length: 2 * r + 1 }, (_, i) =>
    Math.exp(-((i - r) ** 2) / (2 * sigma ** 2)),
  );
  const total = raw.reduce((sum, value) => sum + value, 0);
  const taps = raw.map((value) => value / total);
  const across = convolve(plane, width, height, taps, 1, width);
  return convolve(across, height, width, taps, width, 1);
}

function convolve(plane, length, lines, taps, step, between) {
  const r = taps.length >> 1;
  const out = new Float32Array(plane.length);
  for (let line = 0; line < lines; line++)
    for (let at = 0; at < length; at++) {
      let sum = 0;
      for (let i = -r; i <= r; i++)
        sum += taps[i + r] * plane[line * between + mirrored(at + i, length) * step];
      out[line * between + at * step] = sum;
    }
  return out;
}

function mirrored(at, length) {
  if (length === 1) return 0;
  const period = 2 * (length - 1);
  const within = ((at % period) + period) % period;
  return within < length ? within : period - within;
}

/**
 * `plane` smoothed along the edges of `guide` (He, Sun, Tang 2010).
 *
 * @param {Float32Array} plane
 * @param {Float32Array} guide
 * @param {number} width
 * @param {number} height
 * @param {number} r
 * @param {number} eps a variance that counts as flat
 */
export function guidedFilter(plane, guide, width, height, r, eps) {
  const mean = (values) => boxMean(values, width, height, r);
  const product = (a, b) => a.map((value, at) => value * b[at]);
  const [meanGuide, meanPlane] = [mean(guide), mean(plane)];
  const [squares, products] = [mean(product(guide, guide)), mean(product(guide, plane))];
  const slope = squares.map(
    (square, at) =>
      (products[at] - meanGuide[at] * meanPlane[at]) / (square - meanGuide[at] ** 2 + eps),
  );
  const offset = meanPlane.map((value, at) => value - slope[at] * meanGuide[at]);
  const [meanSlope, meanOffset] = [mean(slope), mean(offset)];
  return guide.map((value, at) => meanSlope[at] * value + meanOffset[at]);
}
