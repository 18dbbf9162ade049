import { GraftError } from '@pip-graft/onnx-graft';
import type { TypedTensor, TypedTensorOf } from '@pip-graft/weights';
import { toFloat32 } from '@pip-graft/weights';
import type { Image } from './image.ts';

/**
 * Images of one size as a batch: float32 (B,3,H,W).
 *
 * Errors: `INVALID_ARGUMENT` for none, or for different sizes.
 *
 * @example await runModel(session, { input: imageTensor([image]) })
 */
export function imageTensor(images: readonly Image[]): TypedTensorOf<'float32'> {
  const first = images[0];
  if (first === undefined) throw new GraftError('INVALID_ARGUMENT', 'A batch needs an image.');
  const { width, height } = first;
  const data = new Float32Array(images.length * first.data.length);
  for (const [index, image] of images.entries()) {
    if (image.width !== width || image.height !== height) {
      throw new GraftError(
        'INVALID_ARGUMENT',
        `Images of one batch have one size, but ${width}x${height} and ${image.width}x${image.height} were given.`,
      );
    }
    data.set(image.data, index * first.data.length);
  }
  return { type: 'float32', dims: [images.length, 3, height, width], data };
}

/** The images of a batch (B,3,H,W). Errors: `INVALID_ARGUMENT` for another shape. */
export function tensorImages(tensor: TypedTensor): Image[] {
  const { dims, data } = toFloat32(tensor);
  const [batch, channels, height, width] = dims;
  if (dims.length !== 4 || channels !== 3) {
    throw new GraftError(
      'INVALID_ARGUMENT',
      `Images have shape (B,3,H,W), but the tensor has [${dims.join(', ')}].`,
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
