import { GraftError } from '@pip-graft/onnx-graft';
import { fromFloat16, toFloat16 } from '../convert.ts';
import type { TensorType, TypedTensor, TypedTensorOf } from './typed-tensor.ts';

/**
 * The numbers of a floating-point tensor as float32; float32 itself is returned as it is.
 *
 * Errors: `INVALID_ARGUMENT` for integers and booleans.
 *
 * @example toFloat32(outputs['output']!).data // Float32Array, also from a float16 model
 */
export function toFloat32(tensor: TypedTensor): TypedTensorOf<'float32'> {
  const { dims } = tensor;
  if (tensor.type === 'float32') return tensor;
  if (tensor.type === 'float16') return { type: 'float32', dims, data: fromFloat16(tensor.data) };
  if (tensor.type === 'float64') {
    return { type: 'float32', dims, data: Float32Array.from(tensor.data) };
  }
  throw new GraftError('INVALID_ARGUMENT', `A ${tensor.type} tensor is not an image or feature.`);
}

/** A float32 tensor in the floating-point type an input wants; undefined when it is no such type. */
export function fromFloat32(
  tensor: TypedTensorOf<'float32'>,
  type: TensorType,
): TypedTensor | undefined {
  const { dims, data } = tensor;
  if (type === 'float32') return tensor;
  if (type === 'float16') return { type, dims, data: toFloat16(data) };
  if (type === 'float64') return { type, dims, data: Float64Array.from(data) };
  return undefined;
}
