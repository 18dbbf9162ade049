import { ops } from '@pip-graft/onnx-graft';
import { type Backward, dimsOf, gradient, type Rule, unsupported } from '../backward.ts';

const conv: Rule = (at) => {
  const { node } = at;
  const [x = '', weight = '', bias = ''] = node.inputs;
  const dy = gradient(at);
  const groups = node.attributes.get('group')?.int ?? 1;
  const window = windowOf(at, dimsOf(at, weight).slice(2));
  return [
    at.wants(0) ? inputGradient(at, dy, weight, groups, window) : undefined,
    at.wants(1)
      ? weightGradient(
          at,
          { x, xDims: dimsOf(at, x) },
          { dy, dims: dimsOf(at, node.outputs[0]!) },
          groups,
          window,
        )
      : undefined,
    bias !== '' && at.wants(2)
      ? ops.reduceSum(at.g, dy, [0, 2, 3], { keepDims: false })
      : undefined,
  ];
};

/**
 * A transposed convolution is a convolution's gradient by its input, so its gradients are
 * convolutions.
 */
const convTranspose: Rule = (at) => {
  const { g, node } = at;
  const [x = '', weight = '', bias = ''] = node.inputs;
  const dy = gradient(at);
  const groups = node.attributes.get('group')?.int ?? 1;
  const auto = node.attributes.get('auto_pad')?.string ?? 'NOTSET';
  if (auto !== 'NOTSET' || node.attributes.has('output_shape'))
    throw unsupported(at, 'only explicit pads are known');
  const window = windowOf(at, dimsOf(at, weight).slice(2));
  const full = { dy: x, dims: dimsOf(at, x) };
  const back = (): string => {
    const { value, pads } = trimmed(at, dy, window);
    const attributes = { ...attributesOf({ ...window, pads }), group: { int: groups } };
    return g.node('Conv', [value, weight], attributes)[0]!;
  };
  return [
    at.wants(0) ? back() : undefined,
    at.wants(1)
      ? weightGradient(at, { x: dy, xDims: dimsOf(at, node.outputs[0]!) }, full, groups, window)
      : undefined,
    bias !== '' && at.wants(2) ? ops.reduceSum(g, dy, [0, 2, 3], { keepDims: false }) : undefined,
  ];
};

/**
 * Undoes `output_padding`, which reduces the padding at the end: there the window reaches less far
 * beyond the image, or not to its end.
 */
function trimmed(
  at: Backward,
  dy: string,
  { kernel, strides, dilations, pads }: Window,
): { readonly value: string; readonly pads: Window['pads'] } {
  const from = dimsOf(at, at.node.inputs[0]!).slice(2);
  const has = dimsOf(at, at.node.outputs[0]!).slice(2);
  const after = from.map(
    (size, axis) =>
      (size - 1) * strides[axis]! +
      dilations[axis]! * (kernel[axis]! - 1) +
      1 -
      pads[axis]! -
      has[axis]!,
  );
  const [bottom, right] = after.map((size) => Math.max(0, size)) as [number, number];
  const padded: Window['pads'] = [pads[0], pads[1], bottom, right];
  if (after.every((size) => size >= 0)) return { value: dy, pads: padded };
  const ends = has.map((size, axis) => size + Math.min(0, after[axis]!));
  return { value: ops.slice(at.g, dy, { axes: [2, 3], starts: [0, 0], ends }), pads: padded };
}

function attributesOf({ kernel, strides, dilations, pads }: Window) {
  return {
    kernel_shape: { ints: [...kernel] },
    strides: { ints: [...strides] },
    dilations: { ints: [...dilations] },
    pads: { ints: [...pads] },
  };
}

export const convolution: Readonly<Record<string, Rule>> = {
  Conv: conv,
  ConvTranspose: convTranspose,
};

/**
 * Builds the gradient of a convolution by its input.
 *
 * With stride 1, it is a convolution with the weight turned by half a turn, which runtimes compute
 * faster than a transposed one, depthwise by a factor of eight (docs/notes/onnxruntime.md section
 * 8); a constant weight is turned when the graph is loaded.
 */
function inputGradient(
  at: Backward,
  dy: string,
  weight: string,
  groups: number,
  { kernel, strides, dilations, pads }: Window,
): string {
  const { g, node } = at;
  const reach = kernel.map((size, axis) => dilations[axis]! * (size - 1));
  const mirrored = pads.map((pad, side) => reach[side % 2]! - pad);
  if (strides.every((stride) => stride === 1) && mirrored.every((pad) => pad >= 0)) {
    return g.node('Conv', [dy, turned(at, weight, groups)], {
      kernel_shape: { ints: [...kernel] },
      dilations: { ints: [...dilations] },
      pads: { ints: mirrored },
      group: { int: groups },
    })[0]!;
  }
  const [has, made] = [node.inputs[0]!, node.outputs[0]!].map((value) =>
    dimsOf(at, value).slice(2),
  );
  // Rows and columns after the last position of the window, which the convolution did not read.
  const rest = has!.map(
    (size, axis) =>
      size -
      ((made![axis]! - 1) * strides[axis]! + reach[axis]! + 1 - pads[axis]! - pads[axis + 2]!),
  );
  return g.node('ConvTranspose', [dy, weight], {
    kernel_shape: { ints: [...kernel] },
    strides: { ints: [...strides] },
    dilations: { ints: [...dilations] },
    pads: { ints: [...pads] },
    output_padding: { ints: rest },
    group: { int: groups },
  })[0]!;
}

/**
 * Swaps inputs and outputs of a weight (K, C/G, h, w) per group; turns the kernel by half a turn.
 */
function turned(at: Backward, weight: string, groups: number): string {
  const { g } = at;
  const [outputs = 0, inputs = 0, height = 0, width = 0] = dimsOf(at, weight);
  const turn = (value: string): string =>
    height === 1 && width === 1
      ? value
      : ops.slice(g, value, {
          axes: [2, 3],
          starts: [-1, -1],
          ends: [-(2 ** 31), -(2 ** 31)],
          steps: [-1, -1],
        });
  // Depthwise: nothing to exchange.
  if (groups === outputs && inputs === 1) return turn(weight);
  if (groups === 1) return turn(ops.transpose(g, weight, [1, 0, 2, 3]));
  const each = outputs / groups;
  const parted = ops.reshape(g, weight, [groups, each, inputs, height, width]);
  const swapped = ops.transpose(g, parted, [0, 2, 1, 3, 4]);
  return turn(ops.reshape(g, swapped, [groups * inputs, each, height, width]));
}

/**
 * Builds the gradient of a convolution by its weight (K, C/G, h, w): for each place in the kernel,
 * one product of the output's gradient and the input that the place sees. Faster than a convolution
 * with exchanged axes in most cases, and matrix products on a GPU (docs/notes/onnxruntime.md
 * section 8).
 */
function weightGradient(
  at: Backward,
  { x, xDims }: { readonly x: string; readonly xDims: readonly number[] },
  { dy, dims }: { readonly dy: string; readonly dims: readonly number[] },
  groups: number,
  window: Window,
): string {
  const { g } = at;
  const { kernel, strides, dilations } = window;
  const [, inputs = 0] = xDims;
  const [batch = 0, outputs = 0, height = 0, width = 0] = dims;
  const [C, K] = [inputs / groups, outputs / groups];
  const padded = enlarged(at, x, xDims, dims, window);
  const depthwise = C === 1 && K === 1;
  const pixels = height * width;
  const rows = depthwise ? dy : ops.reshape(g, dy, [batch, groups, K, pixels]);
  const taps: string[] = [];
  for (let i = 0; i < kernel[0]; i++) {
    for (let j = 0; j < kernel[1]; j++) {
      const starts = [i * dilations[0], j * dilations[1]];
      const seen =
        kernel[0] * kernel[1] === 1 && strides[0] === 1 && strides[1] === 1
          ? padded
          : ops.slice(g, padded, {
              axes: [2, 3],
              starts,
              ends: [
                starts[0]! + strides[0] * (height - 1) + 1,
                starts[1]! + strides[1] * (width - 1) + 1,
              ],
              steps: [...strides],
            });
      if (depthwise) {
        // (C,1): summed over images and pixels.
        const sum = ops.reduceSum(g, ops.mul(g, dy, seen), [0, 2, 3], { keepDims: false });
        taps.push(ops.reshape(g, sum, [outputs, 1, 1]));
        continue;
      }
      const columns = ops.transpose(
        g,
        ops.reshape(g, seen, [batch, groups, C, pixels]),
        [0, 1, 3, 2],
      );
      const product = ops.matmul(g, rows, columns);
      const sum = batch === 1 ? product : ops.reduceSum(g, product, [0]);
      taps.push(ops.reshape(g, sum, [outputs, C, 1]));
    }
  }
  const all = taps.length === 1 ? taps[0]! : ops.concat(g, taps, 2);
  return ops.reshape(g, all, [outputs, C, ...kernel]);
}

/** Pads the input, no further than the window reaches. */
function enlarged(
  at: Backward,
  x: string,
  xDims: readonly number[],
  dims: readonly number[],
  { kernel, strides, dilations, pads }: Window,
): string {
  const [top, left] = pads;
  const reach = [0, 1].map(
    (axis) => (dims[axis + 2]! - 1) * strides[axis]! + dilations[axis]! * (kernel[axis]! - 1) + 1,
  );
  const bottom = Math.max(0, reach[0]! - xDims[2]! - top);
  const right = Math.max(0, reach[1]! - xDims[3]! - left);
  if (top + left + bottom + right === 0) return x;
  return ops.pad(at.g, x, [0, 0, top, left, 0, 0, bottom, right]);
}

/** How the window of a convolution or pooling moves over the rows and columns of an image. */
interface Window {
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  /** Top, left, bottom, right. */
  readonly pads: readonly [number, number, number, number];
}

/** The window of a node that reads (N,C,H,W). Errors: `UNSUPPORTED_HOST` for other ranks. */
export function windowOf(at: Backward, kernel: readonly number[]): Window {
  const { node } = at;
  const ints = (name: string) => node.attributes.get(name)?.ints;
  if (kernel.length !== 2) throw unsupported(at, 'only images with rows and columns are known');
  const strides = (ints('strides') ?? [1, 1]) as [number, number];
  const dilations = (ints('dilations') ?? [1, 1]) as [number, number];
  const auto = node.attributes.get('auto_pad')?.string ?? 'NOTSET';
  const window = { kernel: kernel as [number, number], strides, dilations };
  if (auto === 'NOTSET' || auto === 'VALID') {
    const pads = auto === 'VALID' ? undefined : ints('pads');
    return { ...window, pads: (pads ?? [0, 0, 0, 0]) as Window['pads'] };
  }
  const sizes = dimsOf(at, node.inputs[0]!).slice(2);
  const total = sizes.map((size, axis) => {
    const steps = Math.ceil(size / strides[axis]!) - 1;
    return Math.max(0, steps * strides[axis]! + dilations[axis]! * (kernel[axis]! - 1) + 1 - size);
  }) as [number, number];
  const [less, more] = [total.map((size) => size >> 1), total.map((size) => size - (size >> 1))];
  const [first, last] = auto === 'SAME_LOWER' ? [more, less] : [less, more];
  return { ...window, pads: [first[0]!, first[1]!, last[0]!, last[1]!] };
}
