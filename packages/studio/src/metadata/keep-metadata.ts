import { keepJpegMetadata } from './jpeg-metadata.ts';
import type { Kept } from './kept.ts';
import { keepPngMetadata } from './png-metadata.ts';

/** A restored file with the metadata of its original, where both are JPEG or both PNG. */
export async function keepMetadata(made: Blob, original: Blob): Promise<Kept> {
  const type = made.type;
  const keep = { 'image/jpeg': keepJpegMetadata, 'image/png': keepPngMetadata }[type];
  if (type !== original.type || keep === undefined) {
    const why = original.type.replace('image/', '').toUpperCase();
    return { file: made, kept: [], dropped: [`metadata (of ${why} files none is kept)`] };
  }
  const [madeBytes, bytes] = await Promise.all([bytesOf(made), bytesOf(original)]);
  const { file, ...rest } = keep(madeBytes, bytes);
  return { file: new Blob([file], { type }), ...rest };
}

async function bytesOf(blob: Blob): Promise<Uint8Array> {
  return new Uint8Array(await blob.arrayBuffer());
}
