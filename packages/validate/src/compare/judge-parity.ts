import type { Parity } from '../figures.ts';

/** A value on one image. */
export interface ParityRow extends Parity {
  /** A choice that the value comes of fell otherwise than on the CPU. */
  readonly otherwise: boolean;
}

/** What rows of several images say. */
export interface ParityJudgement {
  /** Each value's worst row of those that count. */
  readonly judged: readonly ParityRow[];
  /** Rows beyond their limit that do not count: a choice jumped, and another image is within it. */
  readonly excused: readonly ParityRow[];
}

/**
 * Takes a value on several images together: beyond its limit it fails, unless a choice by comparing
 * fell otherwise there and the value is within its limit on another image.
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

/** How much of its limit a row uses; NaN is all of it and more. */
export function share({ relative, limit }: Parity): number {
  return Number.isNaN(relative) ? Number.POSITIVE_INFINITY : relative / limit;
}
