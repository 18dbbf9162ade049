import { type Image, mapImage } from '../image/image.ts';

/**
 * Adds haze by the usual model `I = J·t + A·(1 - t)`, `t = exp(-beta·depth)`, with
 * airlight 0.9 and a depth that grows from 0.4 at the lower edge to 1 at the upper. beta 1 is light,
 * 2 is dense.
 */
export function addHaze(image: Image, beta: number): Image {
  return mapImage(image, (value, _plane, _x, y) => {
    const depth = 1 - (0.6 * y) / Math.max(1, image.height - 1);
    const transmission = Math.exp(-beta * depth);
    return value * transmission + 0.9 * (1 - transmission);
  });
}
