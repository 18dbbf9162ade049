import { extreme, guidedFilter } from './filters.mjs';
import { acrossChannels, greyOf, planesOf, withPlanes } from './planes.mjs';

const patch = 7;
const omega = 0.95;
const least = 0.1;

/** Dark channel prior (He, Sun, Tang 2009) with windows of 15 pixels, its transmission smoothed by a guided filter. */
export function darkChannel(image) {
  const { width, height } = image;
  const planes = planesOf(image);
  const dark = (each) => extreme(acrossChannels(each, Math.min), width, height, patch, Math.min);
  const air = airLight(planes, dark(image));
  const relative = withPlanes(
    image,
    planes.map((plane, at) => plane.map((value) => value / air[at])),
  );
  const rough = dark(relative).map((value) => 1 - omega * value);
  const transmission = guidedFilter(rough, greyOf(image), width, height, 40, 1e-3);
  return withPlanes(
    image,
    planes.map((plane, channel) =>
      plane.map(
        (value, at) => (value - air[channel]) / Math.max(least, transmission[at]) + air[channel],
      ),
    ),
  );
}

/** The mean colour of the thousandth of all pixels whose dark channel is brightest. */
function airLight(planes, dark) {
  const order = Array.from(dark.keys()).sort((a, b) => dark[b] - dark[a]);
  const brightest = order.slice(0, Math.max(1, Math.floor(dark.length / 1000)));
  return planes.map((plane) => {
    const sum = brightest.reduce((total, at) => total + plane[at], 0);
    return Math.max(sum / brightest.length, 1e-3);
  });
}
