import type { Parity } from '../figures.ts';

/** A value on one image. */
export interface ParityRow extends Parity {
  /** Whether a top-m choice behind the value differs from the CPU's. */
  readonly otherwise: boolean;
}

/** The judgement of the rows of several images. */
export interface ParityJudgement {
  /** The worst row of each value among those that count. */
  readonly judged: readonly ParityRow[];
  /** Rows over their limit that do not count: a choice differed, and another image is within the limit. */
  readonly excused: readonly ParityRow[];
}

/**
 * Judges each value over several images: over its limit it fails, unless a top-m choice differed there
 * and the value is within its limit on another image.
 */
export function judgeParity(rows: readonly ParityRow[]): ParityJudgement {
  const groups = new Map<string, ParityRow[]>();
  for (const row of rows) {
    const key = [row.side, row.output, row.precision].join(' ');
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  const judged = [...groups.values()].map((group) => {
    const held = group.some(withinLimit);
    const counted = group.filter((row) => withinLimit(row) || !(row.otherwise && held));
    return counted.reduce((a, b) => (share(b) > share(a) ? b : a));
  });
  return { judged, excused: rows.filter((row) => !withinLimit(row) && !judged.includes(row)) };
}

export function withinLimit({ relative, limit }: Parity): boolean {
  return relative <= limit;
}

/** Share of the limit that a row uses; infinity for NaN. */
export function share({ relative, limit }: Parity): number {
  return Number.isNaN(relative) ? Number.POSITIVE_INFINITY : relative / limit;
}
