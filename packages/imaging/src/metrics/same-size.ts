import { GraftError } from '@pip-graft/onnx-graft';
import type { Image } from '../image/image.ts';

/** Throws `INVALID_ARGUMENT` unless two images have the same size. */
export function sameSize(a: Image, b: Image): void {
  if (a.width === b.width && a.height === b.height) return;
  throw new GraftError(
    'INVALID_ARGUMENT',
    `Images of ${a.width}x${a.height} and ${b.width}x${b.height} cannot be compared; use images of the same size.`,
  );
}
