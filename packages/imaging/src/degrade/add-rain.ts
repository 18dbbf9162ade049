import type { Random } from '@pip-graft/weights';
import { type Image, mapImage } from '../image/image.ts';

/**
 * Draws bright, slanted rain streaks. `density` is streaks per thousand pixels; about 4 is a shower.
 * For demonstration only: this is not a simulation.
 */
export function addRain(image: Image, density: number, random: Random): Image {
  const { width, height } = image;
  const veil = new Float32Array(width * height);
  const slant = random.uniform(-0.35, 0.35);
  const count = Math.round((density * width * height) / 1000);
  for (let streak = 0; streak < count; streak++) {
    const length = Math.max(6, (random.uniform(0.03, 0.1) * (width + height)) / 2);
    const x = random.uniform(-0.1 * width, 1.1 * width);
    const y = random.uniform(-length, height);
    const strength = random.uniform(0.2, 0.65);
    for (let step = 0; step < length; step++) {
      // Streaks fade at both ends, like a drop that crosses the exposure.
      const fade = Math.sin((Math.PI * (step + 0.5)) / length);
      splat(veil, width, height, x + slant * step, y + step, strength * fade);
    }
  }
  return mapImage(image, (value, _plane, x, y) => {
    const cover = Math.min(0.85, veil[y * width + x]!);
    return value + (0.92 - value) * cover;
  });
}

/** Splits a value between the two columns around a position. */
function splat(
  veil: Float32Array,
  width: number,
  height: number,
  x: number,
  y: number,
  amount: number,
): void {
  const row = Math.floor(y);
  if (row < 0 || row >= height) return;
  const left = Math.floor(x);
  const share = x - left;
  if (left >= 0 && left < width) veil[row * width + left]! += amount * (1 - share);
  if (left + 1 >= 0 && left + 1 < width) veil[row * width + left + 1]! += amount * share;
}
