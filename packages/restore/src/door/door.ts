import { GraftError, type ImageRange } from '@pip-graft/onnx-graft';
import type { HostImage } from '@pip-graft/pip-core';
import type { SessionValue } from '@pip-graft/runtime/session';
import { fromFloat32, type TypedTensor, type TypedTensorOf, toFloat32 } from '@pip-graft/weights';

/** How images get into a model and out of it. */
export interface Door extends Omit<HostImage, 'sizeMultiple'> {
  /** Why no range suits the model's values, and what to do, unless a caller chooses one. */
  readonly unfit?: string | undefined;
}

/** What a caller sets of a {@link Door}. */
export interface DoorOptions {
  /** Range of input and output values; default: what the graph or a run on an image shows. */
  readonly range?: '0..1' | '0..255' | '-1..1' | undefined;
  /** Values of other inputs, such as a noise level; default: those in the stamp. */
  readonly feeds?: Readonly<Record<string, number>> | undefined;
}

/** `value · scale + shift` turns 0 … 1 into a range. */
interface RangeScale {
  readonly scale: number;
  readonly shift: number;
}

const scales: Readonly<Record<ImageRange, RangeScale>> = {
  '0..1': { scale: 1, shift: 0 },
  '0..255': { scale: 255, shift: 0 },
  '-1..1': { scale: 2, shift: -1 },
  '0..1023': { scale: 1023, shift: 0 },
  '0..65535': { scale: 65_535, shift: 0 },
};

/** Returns how 0 … 1 becomes a range; an unknown range counts as 0 … 1. */
export function rangeScale(range: ImageRange | null | undefined): RangeScale {
  return scales[range ?? '0..1'];
}

/**
 * Returns what fills each channel of a model's image: the index of red, green or blue, or a number
 * for all pixels.
 */
export function channelSources(
  channels: number,
  filled: number,
  plane: number | undefined,
): readonly (number | { readonly fill: number })[] {
  if (channels === 1) return [plane ?? 0];
  // Dual-pixel networks take two views of one scene; one image serves as both.
  return Array.from({ length: channels }, (_, at) =>
    at < 3 || channels === 6 ? at % 3 : { fill: filled },
  );
}

/**
 * Converts an image tensor (n,3,H,W) of values 0 … 1 to a model's range, order of colours,
 * channels, layout and type.
 *
 * Errors: `UNSUPPORTED_HOST` for an element type that cannot hold images.
 */
export function enter(
  { dims, data }: TypedTensorOf<'float32'>,
  input: SessionValue,
  door: Door,
  plane?: number,
): TypedTensor {
  const [images = 1, , height = 1, width = 1] = dims;
  const { layout = 'NCHW', values, feeds = {} } = door;
  const size = height * width;
  const { scale, shift } = rangeScale(input.type === 'uint8' ? '0..255' : values?.input.range);
  const sources = channelSources(channelsOf(input, layout), feeds[input.name] ?? 1, plane);
  const isBgr = values?.input.order === 'bgr' && sources.length >= 3;
  const out = new Float32Array(images * sources.length * size);
  for (let image = 0; image < images; image++) {
    for (const [channel, source] of sources.entries()) {
      const from = typeof source === 'number' ? (isBgr ? 2 - source : source) : undefined;
      const base = from === undefined ? 0 : (3 * image + from) * size;
      for (let at = 0; at < size; at++) {
        const to =
          layout === 'NCHW'
            ? (image * sources.length + channel) * size + at
            : (image * size + at) * sources.length + channel;
        out[to] =
          from === undefined ? (source as { fill: number }).fill : data[base + at]! * scale + shift;
      }
    }
  }
  const shape =
    layout === 'NCHW'
      ? [images, sources.length, height, width]
      : [images, height, width, sources.length];
  return typed(out, shape, input);
}

/** Returns the number of channels of a model's image; 3 if the model leaves it open. */
export function channelsOf({ dims }: SessionValue, layout: Door['layout']): number {
  const channels = dims[layout === 'NHWC' ? 3 : 1];
  return typeof channels === 'number' ? channels : 3;
}

/** Converts numbers to an input's element type. Errors: `UNSUPPORTED_HOST` if it is not numeric. */
export function typed(
  data: Float32Array,
  dims: readonly number[],
  { name, type }: SessionValue,
): TypedTensor {
  if (type === 'float32') return { type, dims, data };
  const whole = integers[type as keyof typeof integers]?.(data);
  if (whole) return { type, dims, data: whole } as TypedTensor;
  const converted = fromFloat32({ type: 'float32', dims, data }, type);
  if (converted) return converted;
  throw new GraftError(
    'UNSUPPORTED_HOST',
    `input '${name}' is of type ${type}, which takes no image or number; export the model with float32 inputs.`,
  );
}

/** Arrays of an integer type with rounded numbers. */
const integers = {
  bool: (data: Float32Array) => Uint8Array.from(data, (value) => (value === 0 ? 0 : 1)),
  uint8: (data: Float32Array) => Uint8Array.from(data, toByte),
  int8: (data: Float32Array) => Int8Array.from(data, Math.round),
  uint16: (data: Float32Array) => Uint16Array.from(data, Math.round),
  int16: (data: Float32Array) => Int16Array.from(data, Math.round),
  uint32: (data: Float32Array) => Uint32Array.from(data, Math.round),
  int32: (data: Float32Array) => Int32Array.from(data, Math.round),
  uint64: (data: Float32Array) => BigUint64Array.from(data, (value) => BigInt(Math.round(value))),
  int64: (data: Float32Array) => BigInt64Array.from(data, (value) => BigInt(Math.round(value))),
} as const;

function toByte(value: number): number {
  return Math.min(255, Math.max(0, Math.round(value)));
}

/** What to do about an input without a value, in a program and on the command line. */
export function passFeed(name: string): string {
  return `pass feeds: { '${name}': NUMBER } (--feed ${name}=NUMBER on the command line).`;
}

/**
 * Fills another input of a model with one number; open sizes become those of the image.
 *
 * Errors: `INVALID_ARGUMENT` without a number; `UNSUPPORTED_HOST` for an input that is not numeric.
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
      `input '${name}' [${input.dims.join(', ')}]: it has no value; ${passFeed(name)}`,
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
