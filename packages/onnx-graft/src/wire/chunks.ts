import { type ByteSource, type Piece, type PieceSource, pieceLength } from './source.ts';

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
