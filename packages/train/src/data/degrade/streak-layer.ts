import type { Random } from '@pip-graft/weights';

/** Streaks of one direction. */
export interface StreakLayer {
  /** Light that they add, 0 to 1. */
  readonly strength: number;
  /** Share of the area that they cover, were none over another. */
  readonly cover: number;
  /** Pixels. */
  readonly length: number;
  readonly width: number;
  /** Degrees from upright, within 60 of it. */
  readonly lean: number;
  /** Whether they get fainter from their middle on, as drops that cross the exposure, or at their ends only. */
  readonly tapered: boolean;
}

/** Adds a layer's light to `light`, (height, width). */
export function streakLayer(
  light: Float32Array,
  width: number,
  height: number,
  layer: StreakLayer,
  random: Random,
): void {
  // Streaks begin outside, too, so that the edges are no drier than the middle.
  const reach = layer.length;
  const area = (width + 2 * reach) * (height + 2 * reach);
  const count = Math.round((layer.cover * area) / (layer.length * layer.width));
  for (let streak = 0; streak < count; streak++) {
    const x = random.uniform(-reach, width + reach);
    const y = random.uniform(-reach, height + reach);
    const lean = ((layer.lean + random.uniform(-1.5, 1.5)) * Math.PI) / 180;
    const length = layer.length * random.uniform(0.6, 1);
    const thick = layer.width * random.uniform(0.6, 1.2);
    const strength = layer.strength * random.uniform(0.4, 1);
    const [rows, slope] = [length * Math.cos(lean), Math.tan(lean)];
    // A leaning streak is cut wider by a row than it is.
    const half = thick / Math.cos(lean) / 2;
    const first = Math.max(0, Math.ceil(y - rows / 2));
    const last = Math.min(height - 1, Math.floor(y + rows / 2));
    for (let row = first; row <= last; row++) {
      const along = Math.min(1, Math.max(0, (row - y) / rows + 0.5));
      const end = Math.min(along, 1 - along);
      const value = strength * (layer.tapered ? Math.sin(Math.PI * end) : Math.min(1, 6 * end));
      const middle = x + (row - y) * slope;
      const right = Math.min(width - 1, Math.floor(middle + half + 0.5));
      for (let column = Math.max(0, Math.ceil(middle - half - 0.5)); column <= right; column++) {
        const cover = Math.min(1, 2 * half, half + 0.5 - Math.abs(column - middle));
        light[row * width + column]! += value * cover;
      }
    }
  }
}
