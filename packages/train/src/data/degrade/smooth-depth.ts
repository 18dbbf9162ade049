import type { Random } from '@pip-graft/weights';

/**
 * A random landscape without edges, (height, width), that reaches from 0 to 1: uniform heights at
 * the corners of three by three cells, between which it is blended by smoothstep.
 *
 * @example smoothDepth(128, 128, new Random(7))
 */
export function smoothDepth(width: number, height: number, random: Random): Float32Array {
  const cells = 3;
  const corners = Array.from({ length: (cells + 1) ** 2 }, () => random.uniform());
  const columns = Array.from({ length: width }, (_, x) => cell(x, width, cells));
  const depth = new Float32Array(width * height);
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let y = 0; y < height; y++) {
    const [row, v] = cell(y, height, cells);
    for (let x = 0; x < width; x++) {
      const [column, u] = columns[x]!;
      const at = row * (cells + 1) + column;
      const upper = corners[at]! * (1 - u) + corners[at + 1]! * u;
      const lower = corners[at + cells + 1]! * (1 - u) + corners[at + cells + 2]! * u;
      // Rounded as it is stored, so that the least becomes 0 exactly.
      const value = Math.fround(upper * (1 - v) + lower * v);
      depth[y * width + x] = value;
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
  }
  // One pixel has no range.
  const range = most > least ? most - least : 1;
  return depth.map((value) => Math.min(1, Math.max(0, (value - least) / range)));
}

/** The cell that a position lies in, and how far in it, smoothed. */
function cell(at: number, size: number, cells: number): [number, number] {
  const place = size === 1 ? 0 : (at / (size - 1)) * cells;
  const index = Math.min(cells - 1, Math.floor(place));
  const within = place - index;
  return [index, within * within * (3 - 2 * within)];
}
