import { GraftError } from '@pip-graft/onnx-graft';
import type { TypedTensor, TypedTensorOf } from '@pip-graft/weights';
import { toFloat32 } from '@pip-graft/weights';
import type { Image } from './image.ts';

/**
 * Converts images of the same size to a batch: float32 (B,3,H,W).
 *
 * Errors: `INVALID_ARGUMENT` without images, or for different sizes.
 *
 * @example await runModel(session, { input: imageTensor([image]) })
 */
export function imageTensor(images: readonly Image[]): TypedTensorOf<'float32'> {
  const first = images[0];
  if (first === undefined)
    throw new GraftError('INVALID_ARGUMENT', 'A batch is empty; pass at least one image.');
  const { width, height } = first;
  const data = new Float32Array(images.length * first.data.length);
  for (const [index, image] of images.entries()) {
    if (image.width !== width || image.height !== height) {
      throw new GraftError(
        'INVALID_ARGUMENT',
        `A batch has images of ${width}x${height} and ${image.width}x${image.height}; use images of the same size.`,
      );
    }
    data.set(image.data, index * first.data.length);
  }
  return { type: 'float32', dims: [images.length, 3, height, width], data };
}

/** Converts a batch (B,3,H,W) to images. Errors: `INVALID_ARGUMENT` for another shape. */
export function tensorImages(tensor: TypedTensor): Image[] {
  const { dims, data } = toFloat32(tensor);
  const [batch, channels, height, width] = dims;
  if (dims.length !== 4 || channels !== 3) {
    throw new GraftError(
      'INVALID_ARGUMENT',
      `A tensor of shape [${dims.join(', ')}] does not hold images; use shape (B,3,H,W).`,
    );
  }
  const size = 3 * height! * width!;
  return Array.from({ length: batch! }, (_, index) => ({
    width: width!,
    height: height!,
    data: data.slice(index * size, (index + 1) * size),
    bitDepth: 8,
  }));
}
