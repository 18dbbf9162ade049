import type { BlobType, Restored } from '@pip-graft/restore/web';

const extensions: Readonly<Record<BlobType, string>> = {
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/webp': 'webp',
};

/** Saves a restored image as a file of its source's type where a browser writes it, else as PNG. */
export async function download(restored: Restored, name: string, source: Blob): Promise<void> {
  const type = Object.hasOwn(extensions, source.type) ? (source.type as BlobType) : 'image/png';
  const blob = await restored.toBlob(type);
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = `restored-${name.replace(/\.\w+$/, '')}.${extensions[type]}`;
  link.click();
  URL.revokeObjectURL(link.href);
}
