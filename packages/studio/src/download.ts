import type { BlobType, Restored } from '@pip-graft/restore/web';
import { keepMetadata } from './metadata/keep-metadata.ts';

const extensions: Readonly<Record<BlobType, string>> = {
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/webp': 'webp',
};

/** Saves a restored image as a file of its source's type where a browser writes it, else as PNG. Says what it holds. */
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
