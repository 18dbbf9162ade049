import type { Image } from '@pip-graft/imaging';
import { cropImage, padToMultiple } from '@pip-graft/imaging';
import type { Session } from '@pip-graft/runtime/session';
import { runPicture } from './run-picture.ts';

export interface RestoreOptions {
  /** Both sides of what the network sees are multiples of this; default 1. */
  readonly sizeMultiple?: number;
  /**
   * Non-negative weights over the adapter's labels, in its order. All zero give the host's output. Left
   * out: what the model's sensor finds, or without one the model's default.
   */
  readonly degradation?: readonly number[];
  /** 0 is the host alone, 1 the whole graft; left out, the model's default. */
  readonly strength?: number;
  /** Names of the model's values where they are not the usual ones. */
  readonly names?: {
    readonly image?: string;
    readonly output?: string;
    /** Default 'degradation'. */
    readonly degradation?: string;
    /** Default 'strength'. */
    readonly strength?: string;
    /** The output of a sensor: weights that are used where `degradation` is left out. */
    readonly found?: string;
  };
  /** Share of the result's values that were outside 0 … 1 by more than rounding, where there are any. */
  readonly onClip?: (share: number) => void;
  /** The weights that the model's sensor found for the picture; not called where they were given. */
  readonly onFound?: (weights: readonly number[]) => void;
}

/**
 * Restores one picture whole: mirrors it up to the size the network needs, runs,
 * crops back and clips to 0 … 1. Transparency and bit depth stay the picture's own.
 *
 * Errors: `INVALID_WEIGHTS` for weights that are negative or not finite;
 * `INVALID_ARGUMENT` for a model without such inputs; `UNSUPPORTED_LAYOUT` for a
 * model that is not image to image; `RUNTIME_FAILED` when it gives NaN or Inf.
 *
 * @example
 * await restoreImage(session, photo, { sizeMultiple: 8, degradation: [0, 1, 0], strength: 0.8 });
 */
export async function restoreImage(
  session: Session,
  image: Image,
  options: RestoreOptions = {},
): Promise<Image> {
  const padded = padToMultiple(image, options.sizeMultiple ?? 1);
  const data = clip(await runPicture(session, padded, options), options.onClip);
  const { width, height, bitDepth } = image;
  const restored = { width: padded.width, height: padded.height, data, bitDepth };
  return { ...image, data: cropImage(restored, width, height).data };
}

/** Sharpening overshoots at edges; beyond this the image itself changes. */
const little = 0.1;

/** Limits values to 0 … 1, where they are. */
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
