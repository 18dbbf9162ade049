import { planesOf, withPlanes } from './planes.mjs';

/** Each channel's 1st to 99th percentile spread to 0 … 1: what a contrast stretch does to haze. */
export function stretch(image) {
  return withPlanes(
    image,
    planesOf(image).map((plane) => {
      const sorted = Float32Array.from(plane).sort();
      const [low, high] = [percentile(sorted, 0.01), percentile(sorted, 0.99)];
      return high > low ? plane.map((value) => (value - low) / (high - low)) : plane;
    }),
  );
}

/** A share's place in sorted values, between two of them by its distance, as NumPy has it. */
export function percentile(sorted, share) {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(sorted.length - 1, below + 1);
  return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
}
