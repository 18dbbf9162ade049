import type { ByteSource } from '../wire/source.ts';

/** Bytes compared at a time: weights pass through, never whole. */
const chunkBytes = 1 << 20;

/** A range of a source. */
export interface ByteRange {
  readonly source: ByteSource;
  readonly start: number;
  readonly end: number;
}

/** Whether two ranges hold the same bytes. */
export function sameBytes(a: ByteRange, b: ByteRange): boolean {
  const length = a.end - a.start;
  if (length !== b.end - b.start) return false;
  if (a.source === b.source && a.start === b.start) return true;
  for (let at = 0; at < length; at += chunkBytes) {
    const size = Math.min(chunkBytes, length - at);
    const left = a.source.read(a.start + at, a.start + at + size);
    const right = b.source.read(b.start + at, b.start + at + size);
    for (let i = 0; i < size; i++) if (left[i] !== right[i]) return false;
  }
  return true;
}
