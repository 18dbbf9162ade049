import { type TypedTensor, type TypedTensorOf, toFloat32 } from '@pip-graft/weights';
import { type Door, rangeScale } from './door.ts';

/** Converts a model's output to planes, 0 … 1: red, green and blue, or one if it is grey. */
export function leave(tensor: TypedTensor, { values, ...door }: Door): TypedTensorOf<'float32'> {
  const isBytes = tensor.type === 'uint8';
  const { dims, data } = isBytes
    ? { dims: tensor.dims, data: Float32Array.from(tensor.data as Uint8Array) }
    : toFloat32(tensor);
  if (dims.length !== 4) return { type: 'float32', dims, data };
  const layout = layoutOf(dims, door.layout);
  const [images, channels, height, width] =
    layout === 'NCHW' ? dims : [dims[0]!, dims[3]!, dims[1]!, dims[2]!];
  const { scale, shift } = rangeScale(isBytes ? '0..255' : values?.output.range);
  const isBgr = values?.output.order === 'bgr' && channels! >= 3;
  // Plain values stay bit for bit.
  if (scale === 1 && layout === 'NCHW' && !isBgr && channels! <= 3)
    return { type: 'float32', dims, data };
  const kept = channels! >= 3 ? 3 : channels!;
  const size = height! * width!;
  const out = new Float32Array(images! * kept * size);
  for (let image = 0; image < images!; image++) {
    for (let plane = 0; plane < kept; plane++) {
      const channel = isBgr ? 2 - plane : plane;
      for (let at = 0; at < size; at++) {
        const from =
          layout === 'NCHW'
            ? (image * channels! + channel) * size + at
            : (image * size + at) * channels! + channel;
        out[(image * kept + plane) * size + at] = (data[from]! - shift) / scale;
      }
    }
  }
  return { type: 'float32', dims: [images!, kept, height!, width!], data: out };
}

/** An output's layout may differ from the input's; colours are few, rows and columns many. */
function layoutOf([, second = 0, , last = 0]: readonly number[], entered: Door['layout'] = 'NCHW') {
  if (second <= 4 && last <= 4) return entered;
  return last <= 4 ? 'NHWC' : 'NCHW';
}
