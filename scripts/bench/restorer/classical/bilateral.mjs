import { planesOf, withPlanes } from './planes.mjs';

const near = 3;
const alike = 0.1;
const r = 6;

/**
 * Bilateral filter (Tomasi, Manduchi 1998): 3 pixels in space, 0.1 in colour over all channels;
 * windows of 13 pixels.
 */
export function bilateral(image) {
  const { width, height } = image;
  const [red, green, blue] = planesOf(image);
  const out = [red, green, blue].map((plane) => new Float32Array(plane.length));
  const space = Float64Array.from({ length: (2 * r + 1) ** 2 }, (_, at) => {
    const [dy, dx] = [Math.floor(at / (2 * r + 1)) - r, (at % (2 * r + 1)) - r];
    return -(dx * dx + dy * dy) / (2 * near ** 2);
  });
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const here = y * width + x;
      let [sumRed, sumGreen, sumBlue, total] = [0, 0, 0, 0];
      for (let v = Math.max(0, y - r); v <= Math.min(height - 1, y + r); v++)
        for (let u = Math.max(0, x - r); u <= Math.min(width - 1, x + r); u++) {
          const at = v * width + u;
          const apart =
            (red[at] - red[here]) ** 2 +
            (green[at] - green[here]) ** 2 +
            (blue[at] - blue[here]) ** 2;
          const distance = space[(v - y + r) * (2 * r + 1) + (u - x + r)];
          const weight = Math.exp(distance - apart / (2 * alike ** 2));
          sumRed += weight * red[at];
          sumGreen += weight * green[at];
          sumBlue += weight * blue[at];
          total += weight;
        }
      out[0][here] = sumRed / total;
      out[1][here] = sumGreen / total;
      out[2][here] = sumBlue / total;
    }
  return withPlanes(image, out);
}
