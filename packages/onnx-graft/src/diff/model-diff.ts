import type { ByteSource } from '../wire/source.ts';

/** Differences between two models, record by record. */
export interface ModelDiff {
  /** Whether the files are equal byte for byte, and their external data too where compared. */
  readonly identical: boolean;
  /** Matched by first output, which is unique in a graph; names are not. */
  readonly nodes: RecordDiff;
  /** Includes sparse ones. */
  readonly initializers: RecordDiff;
  readonly inputs: RecordDiff;
  readonly outputs: RecordDiff;
  readonly valueInfos: RecordDiff;
  readonly functions: RecordDiff;
  readonly metadata: RecordDiff;
  readonly opsets: RecordDiff;
  /** Everything else: producer, IR version, documentation, training info, newer fields. */
  readonly other: RecordDiff;
  /** Tensors with external data, by their place; undefined if it was not compared. */
  readonly externalData?: RecordDiff | undefined;
}

/** Differences in one kind of record. Unchanged records are equal as bytes. */
export interface RecordDiff {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly RecordChange[];
  readonly unchanged: number;
  /** Whether records of both models are in another order. */
  readonly reordered: boolean;
}

/** A record of both models, with its differences. */
export interface RecordChange {
  readonly name: string;
  readonly what: readonly string[];
}

/** Bytes compared at once: weights are never held whole. */
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
