import { crc32 } from 'node:zlib';
import type { Metadata } from 'sharp';
import { type ImageFormat, pngChunk, pngChunks } from './formats.ts';

/** Millimetres in an inch: libvips counts pixels per millimetre. */
const inch = 25.4;
/** Most that the two bytes of a JPEG hold. */
const most = 65_535;

/**
 * Returns the resolution of a file in pixels per inch; undefined if it has none.
 *
 * Without one, or without a unit, sharp says 72 or a mere ratio. Only for a JPEG or a TIFF does it
 * name the unit.
 */
export function resolutionOf(
  { density, format, resolutionUnit }: Metadata,
  bytes: Uint8Array,
): number | undefined {
  const unit = resolutionUnit !== undefined;
  const found = format === 'png' ? ofPng(asBuffer(bytes)) : unit ? density : undefined;
  return found !== undefined && found >= 1 && found <= most ? found : undefined;
}

/** Resolution of a PNG; undefined if it has none, or only a ratio of its sides. */
function ofPng(png: Buffer): number | undefined {
  const size = pngChunk(png, 'pHYs', 9);
  if (size?.getUint8(8) !== metres) return undefined;
  // A whole number of pixels per metre is one per inch to a tenth.
  return Math.round(size.getUint32(0) * inch * 0.01) / 10;
}

const metres = 1;

/** Returns options of sharp's TIFF encoder for {@link withResolution}: without a unit, 1 to 1. */
export function tiffResolution(density: number | undefined) {
  const perMillimetre = (density ?? 1) / inch;
  return { xres: perMillimetre, yres: perMillimetre, resolutionUnit: 'inch' } as const;
}

/**
 * Gives an encoded file this resolution, or none: sharp writes 25.4 pixels per inch into every PNG
 * and TIFF, none into a JPEG, and cannot write one without a profile and camera data.
 *
 * WebP and AVIF have none: for them, sharp does not read it either.
 */
export function withResolution(
  bytes: Uint8Array,
  format: ImageFormat,
  density: number | undefined,
): Uint8Array {
  if (format === 'png') return pngWith(asBuffer(bytes), density);
  if (format === 'jpeg' && density !== undefined) return jpegWith(bytes, density);
  if (format === 'tiff' && density === undefined) return tiffWithout(asBuffer(bytes));
  return bytes;
}

/** Replaces or removes the `pHYs` chunk. PNG specification, 11.3.4.3. */
function pngWith(png: Buffer, density: number | undefined): Uint8Array {
  const at = pngChunks(png).find(({ name }) => name === 'pHYs')?.from;
  if (at === undefined) return png;
  if (density === undefined) return Buffer.concat([png.subarray(0, at), png.subarray(at + 21)]);
  const perMetre = Math.round((1000 * density) / inch);
  png.writeUInt32BE(perMetre, at + 8);
  png.writeUInt32BE(perMetre, at + 12);
  png[at + 16] = metres;
  png.writeUInt32BE(crc32(png.subarray(at + 4, at + 17)), at + 17);
  return png;
}

/** Inserts a JFIF header after the first marker; sharp writes none. JFIF 1.02, Annex B. */
function jpegWith(jpeg: Uint8Array, density: number): Uint8Array {
  const header = Buffer.from('ffe000104a46494600010201000000000000', 'hex');
  header.writeUInt16BE(Math.round(density), 12);
  header.writeUInt16BE(Math.round(density), 14);
  return Buffer.concat([jpeg.subarray(0, 2), header, jpeg.subarray(2)]);
}

/** Sets the tag `ResolutionUnit` to "no unit". TIFF 6.0, section 8. */
function tiffWithout(tiff: Buffer): Uint8Array {
  const [resolutionUnit, none] = [296, 1];
  const first = tiff.readUInt32LE(4);
  const count = tiff.readUInt16LE(first);
  for (let entry = 0; entry < count; entry++) {
    const at = first + 2 + 12 * entry;
    if (tiff.readUInt16LE(at) === resolutionUnit) tiff.writeUInt16LE(none, at + 8);
  }
  return tiff;
}

/** A view of the same bytes. */
function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
