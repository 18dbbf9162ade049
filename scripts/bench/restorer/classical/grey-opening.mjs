import { extreme } from './filters.mjs';
import { planesOf, withPlanes } from './planes.mjs';

/**
 * Each channel eroded and dilated by a square of 5 pixels: removes bright streaks and bright
 * detail.
 */
export function greyOpening(image) {
  const { width, height } = image;
  return withPlanes(
    image,
    planesOf(image).map((plane) => {
      const eroded = extreme(plane, width, height, 2, Math.min);
      return extreme(eroded, width, height, 2, Math.max);
    }),
  );
}
