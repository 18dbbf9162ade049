import { planesOf, withPlanes } from './planes.mjs';

/** Stretches each channel's 1st to 99th percentile to 0 … 1: a contrast stretch against haze. */
export function stretch(image) {
  return withPlanes(
    image,
    planesOf(image).map((plane) => plane.map(spread(plane))),
  );
}

/** The same with the percentiles of all three channels together, which keeps colours. */
export function jointStretch(image) {
  const value = spread(image.data);
  return withPlanes(
    image,
    planesOf(image).map((plane) => plane.map(value)),
  );
}

function spread(values) {
  const sorted = Float32Array.from(values).sort();
  const [low, high] = [percentile(sorted, 0.01), percentile(sorted, 0.99)];
  return high > low ? (value) => (value - low) / (high - low) : (value) => value;
}

/** A quantile of sorted values, linearly interpolated as in NumPy. */
function percentile(sorted, share) {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(sorted.length - 1, below + 1);
  return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
}
