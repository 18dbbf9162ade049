import { extname } from 'node:path';
import { GraftError } from '@pip-graft/onnx-graft';

/** File formats that pictures are read from and written to. */
export type ImageFormat = 'png' | 'jpeg' | 'webp' | 'tiff' | 'avif';

const byExtension: Readonly<Record<string, ImageFormat>> = {
  '.png': 'png',
  '.jpg': 'jpeg',
  '.jpeg': 'jpeg',
  '.webp': 'webp',
  '.tif': 'tiff',
  '.tiff': 'tiff',
  '.avif': 'avif',
};

const written = Object.keys(byExtension);
/** What phones write; whether it can be read depends on how libvips was built, and it is never written. */
const onlyRead = ['.heic', '.heif', '.hif'];

/** Extensions of files that are taken for images, with the dot. */
export const imageExtensions: readonly string[] = [...written, ...onlyRead];

/** What the restored image is called: as its source, with `.png` after an extension that is not written. */
export function resultName(name: string): string {
  return onlyRead.includes(extname(name).toLowerCase()) ? `${name}.png` : name;
}

/** The format that a path's extension names. Errors: `INVALID_ARGUMENT` for any other. */
export function formatOf(path: string): ImageFormat {
  const extension = extname(path).toLowerCase();
  const format = Object.hasOwn(byExtension, extension) ? byExtension[extension] : undefined;
  if (format !== undefined) return format;
  throw new GraftError(
    'INVALID_ARGUMENT',
    `${path}: pictures are written as ${written.join(', ')}; choose one of these extensions.`,
  );
}
