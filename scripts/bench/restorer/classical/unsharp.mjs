import { gaussianBlur } from './filters.mjs';
import { planesOf, withPlanes } from './planes.mjs';

/** Adds half of what a Gaussian of 2 pixels removes. */
export function unsharp(image) {
  const { width, height } = image;
  return withPlanes(
    image,
    planesOf(image).map((plane) => {
      const blurred = gaussianBlur(plane, width, height, 2);
      return plane.map((value, at) => value + 0.5 * (value - blurred[at]));
    }),
  );
}
