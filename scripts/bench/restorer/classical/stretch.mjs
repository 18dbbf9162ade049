import { planesOf, withPlanes } from './planes.mjs';

/** Each channel's 1st to 99th percentile spread to 0 … 1: what a contrast stretch does to haze. */
export function stretch(image) {
  return withPlanes(
    image,
    planesOf(image).map((plane) => plane.map(spread(plane))),
  );
}

/** The same by the percentiles of all three channels together, which keeps colours. */
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

/** A share's place in sorted values, between two of them by its distance, as NumPy has it. */
function percentile(sorted, share) {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(sorted.length - 1, below + 1);
  return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
}
