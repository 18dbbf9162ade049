import type { Image } from '@pip-graft/imaging';
import { cropImage, padToMultiple, requireImage } from '@pip-graft/imaging';
import type { Session } from '@pip-graft/runtime/session';
import { type RestoreOptions, requireSession, runImage } from './run-image.ts';

/**
 * Restores one image as a whole: mirrors it up to the size that the network needs, runs the model,
 * crops and clips to 0 … 1. Keeps the image's transparency and bit depth.
 *
 * Errors: `INVALID_WEIGHTS` for weights that are negative or not finite; `INVALID_ARGUMENT` for a
 * model without such inputs; `UNSUPPORTED_LAYOUT` for a model that is not image to image;
 * `RUNTIME_FAILED` if it returns NaN or Inf.
 *
 * @example
 * await restoreImage(session, photo, { sizeMultiple: 8, degradation: [0, 1, 0], strength: 0.8 });
 */
export async function restoreImage(
  session: Session,
  image: Image,
  options: RestoreOptions = {},
): Promise<Image> {
  requireSession(session, 'restoreImage');
  requireImage(image, 'restoreImage');
  const padded = padToMultiple(image, options.sizeMultiple ?? 1);
  const data = clip(await runImage(session, padded, options), options.onClip);
  const { width, height, bitDepth } = image;
  const restored = { width: padded.width, height: padded.height, data, bitDepth };
  return { ...image, data: cropImage(restored, width, height).data };
}

/** Sharpening overshoots at edges by up to this; beyond it, clipping changes the image itself. */
const little = 0.1;

/** Clips values to 0 … 1 in place. */
export function clip(values: Float32Array, onClip?: RestoreOptions['onClip']): Float32Array {
  let beyond = 0;
  for (let at = 0; at < values.length; at++) {
    const value = values[at]!;
    if (value < -little || value > 1 + little) beyond++;
    values[at] = Math.min(1, Math.max(0, value));
  }
  if (beyond > 0) onClip?.(beyond / values.length);
  return values;
}
