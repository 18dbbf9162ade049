import { planesOf, withPlanes } from './planes.mjs';

const wanted = 0.4;

/** Raises all values to one power, chosen so that their mean is 0.4. */
export function gamma(image) {
  const mean = (power) =>
    image.data.reduce((sum, value) => sum + value ** power, 0) / image.data.length;
  let [low, high] = [0.02, 20];
  for (let step = 0; step < 16; step++) {
    const middle = Math.sqrt(low * high);
    if (mean(middle) > wanted) low = middle;
    else high = middle;
  }
  const power = Math.sqrt(low * high);
  return withPlanes(
    image,
    planesOf(image).map((plane) => plane.map((value) => value ** power)),
  );
}
