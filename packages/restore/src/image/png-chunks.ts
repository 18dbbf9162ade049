/** A PNG's signature and its IHDR chunk, which is always first and 13 bytes long. */
export const pngHead = 8 + 12 + 13;

/** A chunk before the pixels: its name, and where it begins (with its length) and ends. */
export interface PngChunk {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** Returns a PNG's chunks before its pixels; empty for any other file. PNG specification, 5.3. */
export function pngChunks(bytes: Uint8Array): PngChunk[] {
  const png = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks: PngChunk[] = [];
  if (png.toString('latin1', 1, 4) !== 'PNG') return chunks;
  for (let from = 8; from + 12 <= png.length; ) {
    const name = png.toString('latin1', from + 4, from + 8);
    const to = from + 12 + png.readUInt32BE(from);
    if (name === 'IDAT' || to > png.length) break;
    chunks.push({ name, from, to });
    from = to;
  }
  return chunks;
}

/** The data of a PNG's chunk before its pixels; undefined without one, or if it is too short. */
export function pngChunk(bytes: Uint8Array, wanted: string, length: number): DataView | undefined {
  const { from = 0, to = 0 } = pngChunks(bytes).find(({ name }) => name === wanted) ?? {};
  const size = to - from - 12;
  return size >= length ? new DataView(bytes.buffer, bytes.byteOffset + from + 8, size) : undefined;
}

/** Number of frames of an animated PNG (`acTL`); 1 for any other file. PNG specification, 11.3.6.1. */
export function pngFrames(bytes: Uint8Array): number {
  return Math.max(1, pngChunk(bytes, 'acTL', 8)?.getUint32(0) ?? 1);
}
