import { GraftError } from '@pip-graft/onnx-graft';
import type { Image } from '../image/image.ts';
import { imageTensor, tensorImages } from '../image/image-tensor.ts';
import { cropImage, padToMultiple } from '../image/pad.ts';
import { countNonFinite } from '../metrics/count-non-finite.ts';
import { runModel } from '../session/run-model.ts';
import type { Session } from '../session/session.ts';
import { float32Tensor, type TypedTensor } from '../session/typed-tensor.ts';
import { degradationTensor } from './degradation-tensor.ts';
import { imageInput, imageOutput } from './image-values.ts';

export interface RestoreOptions {
  /** Both sides of what the network sees are multiples of this; default 1. */
  readonly sizeMultiple?: number;
  /** Non-negative weights over the adapter's labels, in its order; left out, the model's default. */
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
  };
}

/**
 * Restores one picture whole: mirrors it up to the size the network needs, runs,
 * crops back and clips to 0 … 1. Transparency and bit depth stay the picture's own.
 *
 * Errors: `INVALID_WEIGHTS` for weights that are negative, not finite or all zero;
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
  const { sizeMultiple = 1, degradation, strength, names = {} } = options;
  const padded = padToMultiple(image, sizeMultiple);
  const input = names.image ?? imageInput(session).name;
  const output = names.output ?? imageOutput(session).name;
  const feeds: Record<string, TypedTensor> = { [input]: imageTensor([padded]) };
  if (degradation !== undefined) {
    feeds[names.degradation ?? 'degradation'] = degradationTensor([degradation]);
  }
  if (strength !== undefined) {
    if (!Number.isFinite(strength)) {
      throw new GraftError('INVALID_ARGUMENT', `strength is a number, not ${strength}.`);
    }
    feeds[names.strength ?? 'strength'] = float32Tensor([], [strength]);
  }
  const outputs = await runModel(session, feeds, [output]);
  const tensor = outputs[output]!;
  const broken = countNonFinite(tensor);
  if (broken > 0) {
    throw new GraftError(
      'RUNTIME_FAILED',
      `${session.label}: ${broken} of ${tensor.data.length} output values are NaN or infinite; run \`graft validate\` on it.`,
    );
  }
  const restored = tensorImages(tensor)[0]!;
  if (restored.width !== padded.width || restored.height !== padded.height) {
    throw new GraftError(
      'UNSUPPORTED_LAYOUT',
      `${session.label}: it made ${restored.width}x${restored.height} of ${padded.width}x${padded.height}; a restoration network keeps the size.`,
    );
  }
  for (const [at, value] of restored.data.entries()) {
    restored.data[at] = Math.min(1, Math.max(0, value));
  }
  const { width, height, alpha, bitDepth } = image;
  const cropped = { ...cropImage(restored, width, height), bitDepth };
  return alpha === undefined ? cropped : { ...cropped, alpha };
}
