import * as argument from '../argument.ts';
import { GraftError } from '../error.ts';

/** Random access to bytes that may not be in memory: a file, a buffer, or pieces of both. */
export interface ByteSource {
  /** Its name in messages: a path, or 'model'. */
  readonly label: string;
  readonly size: number;
  /** The bytes at [start, end): a view or a copy, read-only. Throws `CORRUPT_FILE` past the end. */
  read(start: number, end: number): Uint8Array;
  /** Copies bytes from `start` into `out`: one or more, as many as are cheap. Returns how many. */
  fill(out: Uint8Array, start: number): number;
  /** Throws `READ_FAILED` if the bytes may have changed since opening; undefined if they cannot. */
  verify?(): void;
}

/** A source over bytes in memory. @example bytesSource(await file.bytes()) */
export function bytesSource(given: Uint8Array, label = 'model'): ByteSource {
  argument.requireBytes(given);
  // A Buffer's slice() is a view, an array's a copy: what is returned must behave as its type says.
  const bytes = new Uint8Array(given.buffer, given.byteOffset, given.byteLength);
  return {
    label,
    size: bytes.length,
    read(start, end) {
      checkRange(label, bytes.length, start, end);
      return bytes.subarray(start, end);
    },
    fill: (out, start) => copyFrom(bytes, out, start),
  };
}

/** A part of a source: either bytes, bytes made on demand, or a range of another source. */
export type Piece =
  | Uint8Array
  | { readonly byteLength: number; readonly load: () => Uint8Array }
  | { readonly source: ByteSource; readonly start: number; readonly end: number };

/** Length of a piece in bytes. */
export function pieceLength(piece: Piece): number {
  if (piece instanceof Uint8Array) return piece.length;
  return 'source' in piece ? piece.end - piece.start : piece.byteLength;
}

/** A source that concatenates pieces: this is how an edited model refers to its host's bytes. */
export function pieceSource(pieces: readonly Piece[], label: string): PieceSource {
  const starts: number[] = [];
  let size = 0;
  for (const piece of pieces) {
    starts.push(size);
    size += pieceLength(piece);
  }
  return {
    label,
    size,
    pieces,
    verify() {
      const parts = pieces.flatMap((piece) => ('source' in piece ? [piece.source] : []));
      for (const part of new Set(parts)) part.verify?.();
    },
    // Stops at the piece's end, so that bytes made on demand are made only when needed.
    fill(out, start) {
      checkRange(label, size, start, start + 1);
      const index = lastAtOrBefore(starts, start);
      const piece = pieces[index]!;
      const from = start - starts[index]!;
      const some = out.subarray(0, pieceLength(piece) - from);
      if (piece instanceof Uint8Array) return copyFrom(piece, some, from);
      return 'source' in piece
        ? piece.source.fill(some, piece.start + from)
        : copyFrom(piece.load(), some, from);
    },
    read(start, end) {
      checkRange(label, size, start, end);
      let index = lastAtOrBefore(starts, start);
      const first = pieces[index];
      if (first === undefined || start === end) return new Uint8Array();
      const offset = starts[index] ?? 0;
      if (end <= offset + pieceLength(first)) return readPiece(first, start - offset, end - offset);
      const out = new Uint8Array(end - start);
      for (let at = start; at < end; index++) {
        const piece = pieces[index]!;
        const from = at - starts[index]!;
        const to = Math.min(pieceLength(piece), end - starts[index]!);
        out.set(readPiece(piece, from, to), at - start);
        at += to - from;
      }
      return out;
    },
  };
}

export interface PieceSource extends ByteSource {
  readonly pieces: readonly Piece[];
}

function readPiece(piece: Piece, from: number, to: number): Uint8Array {
  if (piece instanceof Uint8Array) return piece.subarray(from, to);
  if ('source' in piece) return piece.source.read(piece.start + from, piece.start + to);
  return piece.load().subarray(from, to);
}

/** All pieces as one array; for small things only. */
export function joinPieces(pieces: readonly Piece[]): Uint8Array {
  return pieceSource(pieces, 'pieces')
    .read(
      0,
      pieces.reduce((sum, piece) => sum + pieceLength(piece), 0),
    )
    .slice();
}

function copyFrom(bytes: Uint8Array, out: Uint8Array, start: number): number {
  const part = bytes.subarray(start, start + out.length);
  out.set(part);
  return part.length;
}

function lastAtOrBefore(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (sorted[middle]! <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

function checkRange(label: string, size: number, start: number, end: number): void {
  if (start < 0 || end < start || end > size) {
    throw new GraftError(
      'CORRUPT_FILE',
      `${label}: bytes ${start} to ${end} were needed, but it has ${size}; the file is cut off.`,
    );
  }
}

/** Large enough that system calls do not matter, small enough that memory does not either. */
const chunkBytes = 1024 * 1024;

/**
 * The bytes of a source in order, in chunks of at most 1 MiB. The next chunk reuses the memory:
 * consume each before going on.
 */
export function* chunks(source: ByteSource): Generator<Uint8Array> {
  const buffer = new Uint8Array(Math.min(chunkBytes, Math.max(1, source.size)));
  yield* packed(range(source, 0, source.size, buffer), buffer.length);
}

/** Joins small chunks, so that thousands of short records do not become as many writes. */
function* packed(parts: Iterable<Uint8Array>, size: number): Generator<Uint8Array> {
  const out = new Uint8Array(size);
  let filled = 0;
  for (const part of parts) {
    if (filled + part.length > size) {
      yield out.subarray(0, filled);
      filled = 0;
    }
    if (part.length >= size) yield part;
    else {
      out.set(part, filled);
      filled += part.length;
    }
  }
  if (filled > 0) yield out.subarray(0, filled);
}

function* range(
  source: ByteSource,
  start: number,
  end: number,
  buffer: Uint8Array,
): Generator<Uint8Array> {
  if (isPieces(source)) {
    let at = 0;
    for (const piece of source.pieces) {
      const length = pieceLength(piece);
      const from = Math.max(0, start - at);
      const to = Math.min(length, end - at);
      if (from < to) yield* pieceRange(piece, from, to, buffer);
      at += length;
    }
    return;
  }
  for (let at = start; at < end; ) {
    const got = source.fill(buffer.subarray(0, Math.min(buffer.length, end - at)), at);
    yield buffer.subarray(0, got);
    at += got;
  }
}

function* pieceRange(
  piece: Piece,
  from: number,
  to: number,
  buffer: Uint8Array,
): Generator<Uint8Array> {
  if (piece instanceof Uint8Array) yield piece.subarray(from, to);
  else if ('source' in piece)
    yield* range(piece.source, piece.start + from, piece.start + to, buffer);
  else yield piece.load().subarray(from, to);
}

function isPieces(source: ByteSource): source is PieceSource {
  return 'pieces' in source;
}
