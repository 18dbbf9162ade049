import { guidedFilter } from './filters.mjs';
import { acrossChannels, planesOf, withPlanes } from './planes.mjs';

/**
 * Divides by the illumination, as in LIME (Guo, Li, Ling 2017): the brightest channel,
 * smoothed along edges, to the power of 0.8. Noise is not reduced.
 */
export function lime(image) {
  const { width, height } = image;
  const brightest = acrossChannels(image, Math.max);
  const smooth = guidedFilter(brightest, brightest, width, height, 15, 1e-3);
  const light = smooth.map((value) => Math.max(value, 1e-3) ** 0.8);
  return withPlanes(
    image,
    planesOf(image).map((plane) => plane.map((value, at) => value / light[at])),
  );
}
