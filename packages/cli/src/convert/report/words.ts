import type { Made } from '../job/job.ts';

/** false where weights or an adapter came from a seed; null for a model of others without an adapter, of which nothing is known. */
export function isTrained({ seeded, adapters }: Made): boolean | null {
  if (seeded || adapters.some(({ trained }) => !trained)) return false;
  return adapters.length > 0 ? true : null;
}

/** Bytes as "4.9 MB". */
export function bytesText(bytes: number): string {
  if (bytes < 1e3) return `${bytes} B`;
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)} kB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;
}

/** Milliseconds as "0.4 s". */
export function durationText(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
