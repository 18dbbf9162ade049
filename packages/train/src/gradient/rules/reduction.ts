import { ops } from '@pip-graft/onnx-graft';
import {
  type Backward,
  dimsOf,
  fromFront,
  gradient,
  like,
  numbersOf,
  type Rule,
} from '../backward.ts';

/** Smallest length to divide by, as in PyTorch's `normalize`. */
const tiny = 1e-12;

interface Reduced {
  readonly x: string;
  readonly dims: readonly number[];
  readonly axes: readonly number[];
  /** Number of elements reduced to one. */
  readonly count: number;
  /** Returns a reduced value with its axes of length 1 restored. */
  readonly kept: (value: string) => string;
}

function reducedOf(at: Backward): Reduced {
  const { node, g } = at;
  const x = node.inputs[0]!;
  const dims = dimsOf(at, x);
  const given = node.attributes.get('axes')?.ints ?? numbersOf(at, 1);
  const none = given === undefined || given.length === 0;
  const noop = node.attributes.get('noop_with_empty_axes')?.int === 1;
  const all = none && !noop ? dims.map((_, axis) => axis) : (given ?? []);
  const axes = new Set(all.map((axis) => fromFront(axis, dims.length)));
  const keepDims = node.attributes.get('keepdims')?.int ?? 1;
  const shape = dims.map((size, axis) => (axes.has(axis) ? 1 : size));
  return {
    x,
    dims,
    axes: [...axes],
    count: [...axes].reduce((product, axis) => product * dims[axis]!, 1),
    kept: (value) => (keepDims ? value : ops.reshape(g, value, shape)),
  };
}

const sum: Rule = (at) => {
  const { dims, kept } = reducedOf(at);
  return [ops.expand(at.g, kept(gradient(at)), [...dims])];
};

const mean: Rule = (at) => {
  const { x, dims, count, kept } = reducedOf(at);
  const share = ops.mul(at.g, kept(gradient(at)), like(at, x, 1 / count));
  return [ops.expand(at.g, share, [...dims])];
};

const sumSquare: Rule = (at) => {
  const { x, kept } = reducedOf(at);
  const twice = ops.mul(at.g, kept(gradient(at)), like(at, x, 2));
  return [ops.mul(at.g, x, twice)];
};

/** At length 0 the gradient is 0, as in PyTorch. */
const l2: Rule = (at) => {
  const { x, kept } = reducedOf(at);
  const length = ops.max(at.g, kept(at.node.outputs[0]!), like(at, x, tiny));
  return [ops.mul(at.g, x, ops.div(at.g, kept(gradient(at)), length))];
};

/** The gradient goes to the extreme element, to several in equal parts, as in PyTorch's `amax`. */
const extreme: Rule = (at) => {
  const { g, node } = at;
  const { x, axes, kept } = reducedOf(at);
  const taken = ops.cast(g, ops.equal(g, x, kept(node.outputs[0]!)), 'float32');
  const count = axes.length === 0 ? taken : ops.reduceSum(g, taken, axes);
  return [ops.mul(g, taken, ops.div(g, kept(gradient(at)), count))];
};

const globalAverage: Rule = (at) => {
  const [x = ''] = at.node.inputs;
  const dims = dimsOf(at, x);
  const count = dims.slice(2).reduce((product, size) => product * size, 1);
  const share = ops.mul(at.g, gradient(at), like(at, x, 1 / count));
  return [ops.expand(at.g, share, [...dims])];
};

/** Division by the length along an axis. */
const lpNormalization: Rule = (at) => {
  const { g, node } = at;
  const [x = ''] = node.inputs;
  const [y = ''] = node.outputs;
  const axis = fromFront(node.attributes.get('axis')?.int ?? -1, dimsOf(at, x).length);
  const length = ops.max(g, ops.reduceL2(g, x, [axis]), like(at, x, tiny));
  const dy = gradient(at);
  const along = ops.reduceSum(g, ops.mul(g, dy, y), [axis]);
  return [ops.div(g, ops.sub(g, dy, ops.mul(g, y, along)), length)];
};

export const reduction: Readonly<Record<string, Rule>> = {
  ReduceSum: sum,
  ReduceMean: mean,
  ReduceSumSquare: sumSquare,
  ReduceL2: l2,
  ReduceMax: extreme,
  ReduceMin: extreme,
  GlobalAveragePool: globalAverage,
  LpNormalization: lpNormalization,
};
