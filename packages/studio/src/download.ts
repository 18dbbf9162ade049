import type { BlobType, Restored } from '@pip-graft/restore/web';
import { keepPngMetadata, keepWebpMetadata } from './metadata/chunk-metadata.ts';
import { isAnimated } from './metadata/is-animated.ts';
import { type Kept, keepJpegMetadata } from './metadata/jpeg-metadata.ts';

const extensions: Readonly<Record<BlobType, string>> = {
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/webp': 'webp',
};

/**
 * Saves a restored image as a file of its source's type if the browser can write it, else as PNG.
 * Returns a message about the file.
 */
export async function download(restored: Restored, name: string, source: Blob): Promise<string> {
  const same = Object.hasOwn(extensions, source.type);
  const type = same ? (source.type as BlobType) : 'image/png';
  const { file, kept, dropped } = await keepMetadata(await restored.toBlob(type), source);
  const [, stem, extension] = /^(.*?)(\.\w+)?$/s.exec(name)!;
  const saved = `restored-${stem}${same && extension ? extension : `.${extensions[type]}`}`;
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = saved;
  link.click();
  URL.revokeObjectURL(link.href);
  return [
    `Saved ${saved}, ${restored.width} × ${restored.height}.`,
    ...(kept.length > 0 ? [`Kept: ${kept.join(', ')}.`] : []),
    ...(dropped.length > 0 ? [`Dropped: ${dropped.join(', ')}.`] : []),
  ].join(' ');
}

/** Adds the original's metadata to a restored file of the same type. */
export async function keepMetadata(made: Blob, original: Blob): Promise<Kept> {
  const type = made.type;
  const keep = {
    'image/jpeg': keepJpegMetadata,
    'image/png': keepPngMetadata,
    'image/webp': keepWebpMetadata,
  }[type];
  if (type !== original.type || keep === undefined) {
    const why = original.type.replace('image/', '').toUpperCase() || 'unknown';
    const lost = `metadata (none is kept for ${why} files)`;
    const still = (await isAnimated(original)) ? ['the animation (the first frame is kept)'] : [];
    return { file: made, kept: [], dropped: [lost, ...still] };
  }
  const [madeBytes, bytes] = await Promise.all([bytesOf(made), bytesOf(original)]);
  const { file, ...rest } = keep(madeBytes, bytes);
  return { file: new Blob([file], { type }), ...rest };
}

async function bytesOf(blob: Blob): Promise<Uint8Array> {
  return new Uint8Array(await blob.arrayBuffer());
}
