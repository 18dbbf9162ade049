import { type GraphBuilder, ops } from '@pip-graft/onnx-graft';
import {
  type Backward,
  dimsOf,
  fromFront,
  gradient,
  like,
  type Rule,
  unsupported,
} from '../backward.ts';

/** Makes a rule from the derivative at each element. */
function unary(derivative: (at: Backward, x: string, y: string) => string): Rule {
  return (at) => {
    const slope = derivative(at, at.node.inputs[0]!, at.node.outputs[0]!);
    return [ops.mul(at.g, gradient(at), slope)];
  };
}

const square = (g: GraphBuilder, x: string) => ops.mul(g, x, x);
const times = (at: Backward, x: string, factor: number) => ops.mul(at.g, x, like(at, x, factor));
const oneMinus = (at: Backward, x: string) => ops.sub(at.g, like(at, x, 1), x);

/** The gradient where the input is within the limits, inclusive, as in PyTorch. */
const clip: Rule = (at) => {
  const { g, node } = at;
  const [x = '', ...limits] = node.inputs;
  const low = limits[0] || attributeLimit(at, 'min');
  const high = limits[1] || attributeLimit(at, 'max');
  let dy = gradient(at);
  const zero = like(at, x, 0);
  if (low) dy = ops.where(g, ops.less(g, x, low), zero, dy);
  if (high) dy = ops.where(g, ops.greater(g, x, high), zero, dy);
  return [dy];
};

function attributeLimit(at: Backward, name: string): string | undefined {
  const { float } = at.node.attributes.get(name) ?? {};
  return float === undefined ? undefined : like(at, at.node.inputs[0]!, float);
}

/** -1, 0 or 1. CUDA has no kernel for Sign before operator set 13. */
function sign(at: Backward, x: string): string {
  const { g } = at;
  if (g.opset >= 13) return g.node('Sign', [x])[0]!;
  const [zero, one] = [like(at, x, 0), like(at, x, 1)];
  const rest = ops.where(g, ops.less(g, x, zero), like(at, x, -1), zero);
  return ops.where(g, ops.greater(g, x, zero), one, rest);
}

const relu: Rule = (at) => {
  const [x = ''] = at.node.inputs;
  const zero = like(at, x, 0);
  return [ops.where(at.g, ops.greater(at.g, x, zero), gradient(at), zero)];
};

const leakyRelu: Rule = (at) => {
  const [x = ''] = at.node.inputs;
  const alpha = at.node.attributes.get('alpha')?.float ?? 0.01;
  const dy = gradient(at);
  return [ops.where(at.g, ops.greater(at.g, x, like(at, x, 0)), dy, times(at, dy, alpha))];
};

/** `x·Φ(x)` by erf, or its approximation by tanh. */
const gelu: Rule = (at) => {
  const { g, node } = at;
  const [x = ''] = node.inputs;
  const approximate = node.attributes.get('approximate')?.string ?? 'none';
  if (approximate === 'tanh') {
    const root = Math.sqrt(2 / Math.PI);
    const cube = ops.mul(g, square(g, x), x);
    const inner = times(at, ops.add(g, x, times(at, cube, 0.044715)), root);
    const t = ops.tanh(g, inner);
    const steep = times(
      at,
      ops.add(g, like(at, x, 1), times(at, square(g, x), 3 * 0.044715)),
      root,
    );
    const rise = ops.mul(g, ops.mul(g, x, oneMinus(at, square(g, t))), steep);
    const slope = times(at, ops.add(g, ops.add(g, like(at, x, 1), t), rise), 0.5);
    return [ops.mul(g, gradient(at), slope)];
  }
  if (approximate !== 'none')
    throw unsupported(at, `its approximation '${approximate}' is unknown`);
  const erf = ops.erf(g, times(at, x, Math.SQRT1_2));
  const cumulated = times(at, ops.add(g, erf, like(at, x, 1)), 0.5);
  const density = times(at, ops.exp(g, times(at, square(g, x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
  return [ops.mul(g, gradient(at), ops.add(g, cumulated, ops.mul(g, x, density)))];
};

/** Over one axis; before operator set 13, over all axes from one on. */
const softmax: Rule = (at) => {
  const { g, node } = at;
  const y = node.outputs[0]!;
  const rank = dimsOf(at, y).length;
  const old = g.opset < 13;
  const axis = fromFront(node.attributes.get('axis')?.int ?? (old ? 1 : -1), rank);
  const axes = old ? Array.from({ length: rank - axis }, (_, at) => axis + at) : [axis];
  const weighted = ops.mul(g, gradient(at), y);
  const sum = ops.reduceSum(g, weighted, axes);
  return [ops.sub(g, weighted, ops.mul(g, y, sum))];
};

export const activation: Readonly<Record<string, Rule>> = {
  Neg: (at) => [ops.neg(at.g, gradient(at))],
  Abs: unary(sign),
  Sqrt: unary((at, _, y) => ops.div(at.g, like(at, y, 0.5), y)),
  Exp: unary((_at, _x, y) => y),
  Log: unary(({ g }, x) => ops.reciprocal(g, x)),
  Reciprocal: unary(({ g }, _, y) => ops.neg(g, square(g, y))),
  Sigmoid: unary((at, _, y) => ops.mul(at.g, y, oneMinus(at, y))),
  Tanh: unary((at, _, y) => oneMinus(at, square(at.g, y))),
  Erf: unary((at, x) =>
    times(at, ops.exp(at.g, ops.neg(at.g, square(at.g, x))), 2 / Math.sqrt(Math.PI)),
  ),
  Relu: relu,
  LeakyRelu: leakyRelu,
  Gelu: gelu,
  Clip: clip,
  Softmax: softmax,
};
