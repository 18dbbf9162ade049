import { ops } from '@pip-graft/onnx-graft';
import { type Backward, dimsOf, gradient, type Rule, unsupported } from '../backward.ts';
import { inputGradient } from './input-gradient.ts';
import { weightGradient } from './weight-gradient.ts';
import { type Window, windowOf } from './window.ts';

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

/** A transposed convolution is a convolution's gradient by its input, so its gradients are convolutions. */
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
 * `output_padding` takes from the padding at the end: there the window reaches less far beyond the
 * image, or not to its end.
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
