import { type Backward, dimsOf, unsupported } from '../backward.ts';

/** How the window of a convolution or pooling moves over the rows and columns of an image. */
export interface Window {
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
