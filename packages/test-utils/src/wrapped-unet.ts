import { buildModel, type DataType, GraphBuilder, type Model, ops } from '@pip-graft/onnx-graft';
import { encodeFloats, Random } from '@pip-graft/weights';

/** What wraps a network when it is deployed. */
export interface Wrapper {
  /** Range of the values on both sides of the model. */
  readonly range?: '0..1' | '0..255' | '-1..1' | '0..1023' | '0..65535';
  /** Smallest and largest value on both sides, instead of a range. */
  readonly limits?: readonly [number, number];
  readonly dataType?: 'float32' | 'uint8';
  readonly layout?: 'NCHW' | 'NHWC';
  /** Layout of the output; default: that of the input. */
  readonly outputLayout?: 'NHWC';
  /** Whether the model takes and makes BGR. */
  readonly isBgr?: boolean;
  /** Operator that reverses the order of the colours. */
  readonly flipBy?: 'gather' | 'slice' | 'split' | 'slices';
  /** A built-in batch. */
  readonly batch?: number;
  /** Whether the model returns only the residual. */
  readonly isResidual?: boolean;
  /** Whether a small output comes before the image. */
  readonly smallFirst?: boolean;
  /**
   * An output of the same size before the image: the input again, what was added, features, or
   * edges of an image that shows no sum with the input.
   */
  readonly first?: 'copy' | 'residual' | 'difference' | 'features' | 'edges';
  /** A noise level of this shape, multiplied with the image. */
  readonly sigma?: readonly (number | string)[];
  /** Height and width that the model resizes the image to, and back from. */
  readonly inside?: number;
  /** Pixels by which the model mirrors its image at each side, and cuts the result. */
  readonly mirrored?: number;
  /** Whether the images of a batch affect each other, as with dynamic quantisation. */
  readonly isMixing?: boolean;
  /** Channels of the input image after the three that are restored; their sum is added. */
  readonly extra?: number;
}

const ends = {
  '0..1': [0, 1],
  '0..255': [0, 255],
  '-1..1': [-1, 1],
  '0..1023': [0, 1023],
  '0..65535': [0, 65_535],
} as const;

/** A U-Net of one skip connection that adds to the image, in a wrapper. */
export function wrappedUnet(wrapper: Wrapper = {}): Model {
  const {
    range = '0..1',
    dataType = 'float32',
    layout = 'NCHW',
    isBgr = false,
    flipBy = 'gather',
  } = wrapper;
  const {
    batch = 'n',
    isResidual = false,
    smallFirst = false,
    first,
    sigma,
    inside,
    extra = 0,
  } = wrapper;
  const g = new GraphBuilder({ opset: 17 });
  const random = new Random(7);
  const [least, most] = wrapper.limits ?? ends[range];
  const [scale, shift] = [most - least, least];
  const conv = (x: string, outputs: number, inputs: number, stride = 1) => {
    const count = outputs * inputs * 9;
    const data = Float32Array.from({ length: count }, () => random.uniform(-0.05, 0.05));
    const dims = [outputs, inputs, 3, 3];
    const weight = g.tensor('weight', 'float32', dims, encodeFloats(data, 'float32'));
    return ops.conv(g, x, weight, { strides: [stride, stride], pads: [1, 1, 1, 1] });
  };
  const one = (op: string, inputs: string[], attributes = {}) => g.node(op, inputs, attributes)[0]!;
  const number = (value: number) => g.scalar(value, 'float32');
  const flip = (x: string) => (isBgr ? flipped[flipBy](x) : x);
  const flipped: Record<NonNullable<Wrapper['flipBy']>, (x: string) => string> = {
    gather: (x) => one('Gather', [x, g.ints([2, 1, 0])], { axis: { int: 1 } }),
    slice: (x) => one('Slice', [x, g.ints([-1]), g.ints([-1_000]), g.ints([1]), g.ints([-1])]),
    split: (x) =>
      ops.concat(g, g.node('Split', [x], { axis: { int: 1 } }, { outputs: 3 }).toReversed(), 1),
    slices: (x) => {
      const cut = (at: number) => one('Slice', [x, g.ints([at]), g.ints([at + 1]), g.ints([1])]);
      return ops.concat(g, [cut(2), cut(1), cut(0)], 1);
    },
  };
  const leaving = wrapper.outputLayout ?? layout;
  const turn = (x: string, perm: number[], of: string = layout) =>
    of === 'NHWC' ? one('Transpose', [x], { perm: { ints: perm } }) : x;

  let x = dataType === 'uint8' ? one('Cast', ['input'], { to: { int: 1 } }) : 'input';
  x = flip(turn(x, [0, 3, 1, 2]));
  const parts = extra
    ? g.node('Split', [x, g.ints([3, extra])], { axis: { int: 1 } }, { outputs: 2 })
    : [x];
  x = parts[0]!;
  if (shift !== 0) x = one('Sub', [x, number(shift)]);
  if (scale !== 1) x = one('Div', [x, number(scale)]);
  if (sigma) x = one('Mul', [x, 'sigma']);
  const own = x;
  const sizeOf = (of: string, from: number, to: number) =>
    one('Slice', [one('Shape', [of]), g.ints([from]), g.ints([to])]);
  const resize = (of: string, sides: string) =>
    one('Resize', [of, '', '', ops.concat(g, [sizeOf(of, 0, 2), sides], 0)]);
  if (inside) x = resize(x, g.ints([inside, inside]));
  const at = wrapper.mirrored;
  if (at) {
    const pads = g.ints([0, 0, at, at, 0, 0, at, at]);
    x = one('Pad', [x, pads], { mode: { string: 'reflect' } });
  }
  const skip = ops.relu(g, conv(x, 8, 3));
  const low = ops.relu(g, conv(skip, 16, 8, 2));
  const up = ops.depthToSpace(g, conv(low, 32, 16), 2);
  const decoded = ops.relu(g, conv(ops.concat(g, [up, skip], 1), 8, 16));
  const small = conv(low, 3, 16);
  const residual = conv(decoded, 3, 8);
  let y = isResidual ? residual : ops.add(g, x, residual);
  if (wrapper.isMixing) {
    const all = one('ReduceMean', [y], { axes: { ints: [0, 1, 2, 3] } });
    y = ops.add(g, y, one('Mul', [all, number(0.01)]));
  }
  if (at) y = one('Slice', [y, g.ints([at, at]), g.ints([-at, -at]), g.ints([2, 3])]);
  if (parts[1]) y = ops.add(g, y, one('ReduceSum', [parts[1], g.ints([1])]));
  if (inside) y = resize(y, sizeOf(own, 2, 4));
  if (scale !== 1) y = one('Mul', [y, number(scale)]);
  if (shift !== 0) y = one('Add', [y, number(shift)]);
  if (first === 'edges') y = ops.relu(g, y);
  y = turn(flip(y), [0, 2, 3, 1], leaving);
  if (dataType === 'uint8') {
    y = one('Clip', [y, number(0), number(255)]);
    y = one('Cast', [one('Round', [y])], { to: { int: 2 } });
  }
  const blurred = (of: string) =>
    one('AveragePool', [of], { kernel_shape: { ints: [3, 3] }, pads: { ints: [1, 1, 1, 1] } });
  const before: Record<NonNullable<Wrapper['first']>, () => string> = {
    copy: () => one('Identity', ['input']),
    residual: () => residual,
    difference: () => one('Sub', [y, 'input']),
    features: () => skip,
    edges: () => one('Sub', [y, blurred(y)]),
  };
  const earlier = first && before[first]();
  const dims = layout === 'NHWC' ? [batch, 'h', 'w', 3] : [batch, 3, 'h', 'w'];
  const exit = leaving === 'NHWC' ? [batch, 'h', 'w', 3] : dims;
  const entry = dims.map((size) => (size === 3 ? 3 + extra : size));
  const value = (name: string, type: DataType, shape: readonly (number | string)[]) => ({
    name,
    dataType: type,
    dims: shape,
  });
  return buildModel({
    irVersion: 8,
    opset: 17,
    graphName: 'wrapped',
    producer: { name: 'test', version: '0' },
    ...g.fragment(),
    inputs: [...(sigma ? [value('sigma', 'float32', sigma)] : []), value('input', dataType, entry)],
    outputs: [
      ...(earlier
        ? [value(earlier, 'float32', [batch, first === 'features' ? 8 : 3, 'h', 'w'])]
        : []),
      ...(smallFirst ? [value(small, 'float32', [batch, 3, 'h2', 'w2'])] : []),
      value(y, dataType, exit),
    ],
  });
}
