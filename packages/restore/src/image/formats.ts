import { extname } from 'node:path';
import { GraftError } from '@pip-graft/onnx-graft';

/** File formats that pictures are read from and written to. */
export type ImageFormat = 'png' | 'jpeg' | 'webp' | 'tiff';

const byExtension: Readonly<Record<string, ImageFormat>> = {
  '.png': 'png',
  '.jpg': 'jpeg',
  '.jpeg': 'jpeg',
  '.webp': 'webp',
  '.tif': 'tiff',
  '.tiff': 'tiff',
};

/** Extensions of {@link ImageFormat}s, with the dot. */
export const imageExtensions: readonly string[] = Object.keys(byExtension);

/** The format that a path's extension names. Errors: `INVALID_ARGUMENT` for any other. */
export function formatOf(path: string): ImageFormat {
  const extension = extname(path).toLowerCase();
  const format = Object.hasOwn(byExtension, extension) ? byExtension[extension] : undefined;
  if (format !== undefined) return format;
  throw new GraftError(
    'INVALID_ARGUMENT',
    `${path}: pictures are written as ${imageExtensions.join(', ')}; choose one of these extensions.`,
  );
}
