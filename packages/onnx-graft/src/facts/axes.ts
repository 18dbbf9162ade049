import { noAxes } from './shaped.ts';

/** Letters of broadcast operands: the image's axis wins over no axis. Operands are aligned at the end. */
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
 * Letters after a Reshape. Row-major order is kept by a Reshape, so sizes that
 * multiply to the same count from both ends belong together: one axis split in
 * many, many merged into one. A split gives the image's letter to the outermost
 * part (the rest is a block inside the image's pixels); tokens split into rows
 * and columns.
 */
export function reshapeAxes(
  axes: string | undefined,
  from: readonly number[],
  to: readonly number[],
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
    const letters = groupAxes(axes.slice(first, i), from.slice(first, i), to.slice(start, end));
    out.push(...letters);
  }
  return out.join('');
}

function groupAxes(axes: string, from: readonly number[], to: readonly number[]): string[] {
  const out = to.map(() => '.');
  if (!/[HWT]/.test(axes)) return out;
  if (from.length === to.length && from.every((size, at) => size === to[at])) return [...axes];
  // Group normalisation: channels and pixels become groups of channels with their pixels, and again.
  if (axes === '.HW' && to.length === 2 && from[0]! > 1 && from[0]! % to[0]! === 0)
    return ['.', 'T'];
  if (axes === '.T' && to.length === 3 && to[0]! % from[0]! === 0) return ['.', 'H', 'W'];
  const merged = mergedLetter(axes, from);
  if (merged === '.') return out;
  const large = to.flatMap((size, at) => (size > 1 ? [at] : []));
  const places = to.length === 2 && merged === 'T' ? [0, 1] : large;
  if (merged === 'T' && places.length > 1) {
    out[places[0]!] = 'H';
    out[places[1]!] = 'W';
  } else {
    const at = places[0] ?? 0;
    if (at < out.length) out[at] = merged;
  }
  return out;
}

function mergedLetter(axes: string, from: readonly number[]): string {
  const letters = [...axes].filter((letter, at) => letter !== '.' || from[at] !== 1).join('');
  if (/T|H.*W/.test(letters)) return 'T';
  return /[HW]/.exec(letters)?.[0] ?? '.';
}
