import type { Random } from '@pip-graft/weights';

/**
 * Rain by linear superposition, `I = J + S`, clipped at 1 (Yang et al. 2017): S, the same in all
 * three colours, are streaks of one direction within 30° of upright, 10 to 40 pixels long and one
 * or two wide, 1 to 5 of them a thousand pixels.
 *
 * Lengths are in pixels, not shares of the side: a patch is a part of a larger picture.
 *
 * @example rainStreaks(planes, 128, 128, new Random(7))
 */
export function rainStreaks(
  planes: Float32Array,
  width: number,
  height: number,
  random: Random,
): Float32Array {
  const streaks = drawStreaks(width, height, random);
  return planes.map((value, at) => Math.min(1, value + streaks[at % streaks.length]!));
}

/** S alone: (height, width), from 0. */
function drawStreaks(width: number, height: number, random: Random): Float32Array {
  const streaks = new Float32Array(width * height);
  const reach = 40;
  const density = random.uniform(1, 5);
  const lean = (random.uniform(-30, 30) * Math.PI) / 180;
  const typical = random.uniform(12, 32);
  const brightness = random.uniform(0.3, 0.8);
  // Streaks begin outside, too, so that the edges are no drier than the middle.
  const count = Math.round((density * (width + 2 * reach) * (height + 2 * reach)) / 1000);
  for (let streak = 0; streak < count; streak++) {
    const length = Math.min(reach, Math.max(10, typical * random.uniform(0.7, 1.3)));
    const angle = lean + random.uniform(-0.04, 0.04);
    const x = random.uniform(-reach, width + reach);
    const y = random.uniform(-reach, height + reach);
    const strength = brightness * random.uniform(0.4, 1);
    const wide = random.below(2);
    for (let along = 0; along + 0.5 < length; along++) {
      // Faint at both ends, as a drop that crosses the exposure.
      const light = strength * Math.sin((Math.PI * (along + 0.5)) / length);
      for (let beside = 0; beside <= wide; beside++) {
        const column = x + Math.sin(angle) * along + beside;
        splat(streaks, width, height, column, y + Math.cos(angle) * along, light);
      }
    }
  }
  return streaks;
}

/** Shares an amount between the four pixels that a position lies between. */
function splat(
  streaks: Float32Array,
  width: number,
  height: number,
  x: number,
  y: number,
  amount: number,
): void {
  const [left, upper] = [Math.floor(x), Math.floor(y)];
  for (let row = upper; row <= upper + 1; row++) {
    if (row < 0 || row >= height) continue;
    const share = amount * (1 - Math.abs(y - row));
    for (let column = left; column <= left + 1; column++) {
      if (column < 0 || column >= width) continue;
      streaks[row * width + column]! += share * (1 - Math.abs(x - column));
    }
  }
}
