import { GraftError } from '@pip-graft/onnx-graft';
import type { SessionValue } from '@pip-graft/runtime/session';
import type { TypedTensor } from '@pip-graft/weights';
import { typed } from './enter.ts';

/**
 * A further input of a model filled with one number; open sizes are those of the image.
 *
 * Errors: `INVALID_ARGUMENT` without a number; `UNSUPPORTED_HOST` for an input that is not of numbers.
 */
export function fillInput(
  input: SessionValue,
  value: number | undefined,
  image: { readonly images: number; readonly height: number; readonly width: number },
): TypedTensor {
  const { name } = input;
  if (value === undefined) {
    throw new GraftError(
      'INVALID_ARGUMENT',
      `the model also takes an input '${name}' [${input.dims.join(', ')}]; pass its value with --feed ${name}=NUMBER.`,
    );
  }
  const { dims } = input;
  const shape = dims.map((size, axis) => {
    if (typeof size === 'number') return size;
    if (axis === 0) return image.images;
    if (dims.length !== 4) return 1;
    const rows = typeof dims[1] === 'number' || typeof dims[3] !== 'number' ? 2 : 1;
    if (axis === rows) return image.height;
    return axis === rows + 1 ? image.width : 1;
  });
  const count = shape.reduce((product, size) => product * size, 1);
  return typed(new Float32Array(count).fill(value), shape, input);
}
