import { noAxes } from './shaped.ts';

/** Letters of broadcast operands, aligned at the end: an image axis wins over no axis. */
export function joinAxes(
  rank: number,
  operands: readonly (string | undefined)[],
): string | undefined {
  let joined = noAxes(rank);
  for (const axes of operands) {
    if (axes === undefined) return undefined;
    if (axes === joined) continue;
    const lead = rank - axes.length;
    if (lead === 0 && !/[HWT]/.test(joined)) {
      joined = axes;
      continue;
    }
    if (!/[HWT]/.test(axes)) continue;
    let next = joined.slice(0, lead);
    for (let i = lead; i < rank; i++) {
      const letter = axes[i - lead]!;
      next += letter === '.' ? joined[i]! : letter;
    }
    joined = next;
  }
  return joined;
}

/** Letters with one replaced. */
export function withAxis(axes: string | undefined, at: number, letter: string): string | undefined {
  return axes === undefined ? undefined : axes.slice(0, at) + letter + axes.slice(at + 1);
}

/**
 * Letters after a Reshape. A Reshape keeps row-major order, so sizes that multiply to the same
 * count from both ends belong together: one axis split into many, or many merged into one. A split
 * gives the image's letter to the outermost part (the rest is a block inside the image's pixels);
 * tokens split into rows and columns if those have the image's ratio, `aspect` rows per column.
 */
export function reshapeAxes(
  axes: string | undefined,
  from: readonly number[],
  to: readonly number[],
  aspect?: number,
): string | undefined {
  if (axes === undefined || from.some(Number.isNaN) || to.some(Number.isNaN)) return undefined;
  const out: string[] = [];
  let i = 0;
  while (out.length < to.length) {
    const first = i;
    const start = out.length;
    let end = start;
    let have = 1;
    let want = 1;
    if (i < from.length) have = from[i++]!;
    if (end < to.length) want = to[end++]!;
    while (have !== want) {
      if (have < want && i < from.length) have *= from[i++]!;
      else if (want < have && end < to.length) want *= to[end++]!;
      else return noAxes(to.length);
    }
    // Trailing sizes of 1 belong to the last group.
    if (end === to.length) i = from.length;
    const group = [axes.slice(first, i), from.slice(first, i), to.slice(start, end)] as const;
    out.push(...groupAxes(...group, aspect));
  }
  return out.join('');
}

function groupAxes(
  axes: string,
  from: readonly number[],
  to: readonly number[],
  aspect?: number,
): string[] {
  const out = to.map(() => '.');
  if (!/[HWT]/.test(axes)) return out;
  if (from.length === to.length && from.every((size, at) => size === to[at])) return [...axes];
  // Group normalisation: channels and pixels become groups of channels with their pixels, and back.
  if (axes === '.HW' && to.length === 2 && from[0]! > 1 && from[0]! % to[0]! === 0)
    return ['.', 'T'];
  if (axes === '.T' && to.length === 3 && to[0]! % from[0]! === 0) return ['.', 'H', 'W'];
  const merged = mergedLetter(axes, from);
  if (merged === '.') return out;
  const large = to.flatMap((size, at) => (size > 1 ? [at] : []));
  const pair = merged === 'T' ? rowsAndColumns(to, large, aspect) : undefined;
  if (pair === undefined) {
    const at = large[0] ?? 0;
    if (at < out.length) out[at] = merged;
  } else {
    out[pair[0]] = 'H';
    out[pair[1]] = 'W';
  }
  return out;
}

/** Rows, columns, and the blocks that each is split into; a damaged file may have any number. */
const mostParts = 8;
/** Padding slightly changes the ratio of rows to columns. */
const tolerance = 0.2;

/**
 * Where rows and columns begin among the parts that tokens are split into: tokens are also split
 * into windows and their pixels. Inner parts belong to blocks inside the image's pixels.
 */
function rowsAndColumns(
  to: readonly number[],
  large: readonly number[],
  aspect: number | undefined,
): readonly [number, number] | undefined {
  if (aspect === undefined) return large.length > 1 ? [large[0]!, large[1]!] : undefined;
  if (large.length > mostParts) return undefined;
  const size = (from: number, end?: number): number =>
    large.slice(from, end).reduce((product, at) => product * to[at]!, 1);
  for (let row = 0; row < large.length; row++) {
    for (let column = row + 1; column < large.length; column++) {
      const ratio = size(row, column) / size(column);
      if (Math.abs(ratio / aspect - 1) < tolerance) return [large[row]!, large[column]!];
    }
  }
  return undefined;
}

function mergedLetter(axes: string, from: readonly number[]): string {
  const letters = [...axes].filter((letter, at) => letter !== '.' || from[at] !== 1).join('');
  if (/T|H.*W/.test(letters)) return 'T';
  return /[HW]/.exec(letters)?.[0] ?? '.';
}
