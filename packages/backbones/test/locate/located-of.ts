import type { Located } from '@pip-graft/backbones';

/** A site as [value, level, channels, scale, join]. */
export function sitesOf({ sites }: Located): unknown[] {
  return sites.map(({ value, level, channels, scale, join }) => [
    value,
    level,
    channels,
    scale,
    join,
  ]);
}

/** Reasons by value, without the place. */
export function reasonsOf({ rejected }: Located): Record<string, string> {
  return Object.fromEntries(
    rejected.map(({ value, reason }) => [value, reason.replace(/[:(].*/, '').trim()]),
  );
}
