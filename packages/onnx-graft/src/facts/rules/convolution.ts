import type { Call, RuleTable } from '../call.ts';
import { plain, type Shaped, shaped } from '../shaped.ts';

/** Convolutions, their transposes and pooling: the spatial axes stay the image's, their sizes change. */
export const convolution: RuleTable = {
  Conv: (call) => convolve(call, call.inputs[0], call.inputs[1]),
  FusedConv: (call) => convolve(call, call.inputs[0], call.inputs[1]),
  ConvInteger: (call) => typed(convolve(call, call.inputs[0], call.inputs[1]), 'int32'),
  QLinearConv: (call) =>
    typed(convolve(call, call.inputs[0], call.inputs[3]), call.inputs[7]?.dataType),
  DeformConv: (call) => convolve(call, call.inputs[0], call.inputs[1]),
  ConvTranspose: (call) => transposed(call),
  MaxPool: pool,
  AveragePool: pool,
  LpPool: pool,
  GlobalAveragePool: globalPool,
  GlobalMaxPool: globalPool,
  GlobalLpPool: globalPool,
};

function typed(value: Shaped | undefined, dataType: Shaped['dataType']): Shaped | undefined {
  return value && { ...value, dataType };
}

function convolve(call: Call, x: Shaped | undefined, w: Shaped | undefined): Shaped | undefined {
  if (x?.dims === undefined || x.dims.length < 3) return undefined;
  const rank = x.dims.length;
  const weight = w?.dims?.length === rank ? w.dims : undefined;
  const kernel = call.ints('kernel_shape') ?? weight?.slice(2);
  if (weight !== undefined) {
    const channels = weight[1]! * call.int('group', 1);
    if (channels !== x.dims[1] && !Number.isNaN(channels + x.dims[1]!)) {
      call.clash(x.dims[1]!, channels, 'channels');
    }
  }
  const dims = [x.dims[0]!, weight?.[0] ?? Number.NaN];
  for (let i = 0; i < rank - 2; i++) {
    dims.push(windowed(call, x.dims[i + 2]!, kernel?.[i] ?? Number.NaN, i, rank - 2));
  }
  return shaped(x.dataType, dims, x.axes);
}

function pool(call: Call): Shaped | undefined {
  const x = call.inputs[0];
  const kernel = call.ints('kernel_shape');
  if (x?.dims === undefined || kernel === undefined) return undefined;
  const spatial = x.dims.length - 2;
  const dims = x.dims.map((size, axis) =>
    axis < 2 ? size : windowed(call, size, kernel[axis - 2] ?? Number.NaN, axis - 2, spatial),
  );
  return shaped(x.dataType, dims, x.axes);
}

/** Output size along one axis of a sliding window. */
function windowed(call: Call, size: number, kernel: number, axis: number, spatial: number): number {
  const stride = call.ints('strides')?.[axis] ?? 1;
  const auto = call.string('auto_pad', 'NOTSET');
  if (auto.startsWith('SAME')) return Math.ceil(size / stride);
  const pads = auto === 'VALID' ? undefined : call.ints('pads');
  const reach = (kernel - 1) * (call.ints('dilations')?.[axis] ?? 1) + 1;
  const room = size + (pads?.[axis] ?? 0) + (pads?.[axis + spatial] ?? 0) - reach;
  const steps = room / stride;
  if (call.int('ceil_mode', 0) === 0) return Math.floor(steps) + 1;
  // A window must start inside the image or its left padding.
  const count = Math.ceil(steps) + 1;
  return (count - 1) * stride >= size + (pads?.[axis] ?? 0) ? count - 1 : count;
}

function transposed(call: Call): Shaped | undefined {
  const [x, w] = call.inputs;
  if (x?.dims === undefined || x.dims.length < 3) return undefined;
  const spatial = x.dims.length - 2;
  const kernel = call.ints('kernel_shape') ?? w?.dims?.slice(2);
  const given = call.ints('output_shape');
  const same = call.string('auto_pad', 'NOTSET').startsWith('SAME');
  const pads = call.ints('pads');
  const dims = [x.dims[0]!, (w?.dims?.[1] ?? Number.NaN) * call.int('group', 1)];
  for (let i = 0; i < spatial; i++) {
    const stride = call.ints('strides')?.[i] ?? 1;
    const size = x.dims[i + 2]!;
    const reach = ((kernel?.[i] ?? Number.NaN) - 1) * (call.ints('dilations')?.[i] ?? 1) + 1;
    const cut = (pads?.[i] ?? 0) + (pads?.[i + spatial] ?? 0);
    const extra = call.ints('output_padding')?.[i] ?? 0;
    if (given !== undefined) dims.push(given[i + given.length - spatial] ?? Number.NaN);
    else dims.push(same ? size * stride : stride * (size - 1) + extra + reach - cut);
  }
  return shaped(x.dataType, dims, x.axes);
}

function globalPool(call: Call): Shaped | undefined {
  const x = call.inputs[0];
  return (
    x?.dims &&
    plain(
      x.dataType,
      x.dims.map((size, axis) => (axis < 2 ? size : 1)),
    )
  );
}
