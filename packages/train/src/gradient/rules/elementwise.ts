import { ops } from '@pip-graft/onnx-graft';
import {
  type Backward,
  dimsOf,
  gradient,
  like,
  type Rule,
  unbroadcast,
  unsupported,
} from '../backward.ts';

/** Makes a rule from the two gradients before the sum over broadcast axes. */
function binary(
  rule: (at: Backward, dy: string, a: string, b: string, y: string) => readonly (() => string)[],
): Rule {
  return (at) => {
    const [a = '', b = ''] = at.node.inputs;
    const y = at.node.outputs[0]!;
    const full = dimsOf(at, y);
    return rule(at, gradient(at), a, b, y).map((made, input) =>
      at.wants(input)
        ? unbroadcast(at, made(), full, dimsOf(at, at.node.inputs[input]!))
        : undefined,
    );
  };
}

const add = binary((_, dy) => [() => dy, () => dy]);
const sub = binary(({ g }, dy) => [() => dy, () => ops.neg(g, dy)]);
const mul = binary(({ g }, dy, a, b) => [() => ops.mul(g, dy, b), () => ops.mul(g, dy, a)]);
const div = binary(({ g }, dy, _a, b, y) => [
  () => ops.div(g, dy, b),
  () => ops.neg(g, ops.div(g, ops.mul(g, dy, y), b)),
]);

/** The exponent's gradient needs a logarithm, so a positive base, as in PyTorch. */
const pow = binary((at, dy, a, b, y) => {
  const { g } = at;
  return [
    () => ops.mul(g, dy, ops.mul(g, b, ops.pow(g, a, ops.sub(g, b, like(at, b, 1))))),
    () => ops.mul(g, dy, ops.mul(g, y, ops.log(g, a))),
  ];
});

/** The gradient goes to the input that was taken; in equal parts to equal inputs, as in PyTorch. */
const extreme: Rule = (at) => {
  const { g, node } = at;
  const y = node.outputs[0]!;
  const full = dimsOf(at, y);
  const taken = node.inputs.map((x) => ops.cast(g, ops.equal(g, x, y), 'float32'));
  const count = taken.reduce((sum, each) => ops.add(g, sum, each));
  const share = ops.div(g, gradient(at), count);
  return node.inputs.map((x, input) =>
    at.wants(input)
      ? unbroadcast(at, ops.mul(g, share, taken[input]!), full, dimsOf(at, x))
      : undefined,
  );
};

const where: Rule = (at) => {
  const { g, node } = at;
  const [condition = '', a = '', b = ''] = node.inputs;
  const dy = gradient(at);
  const full = dimsOf(at, node.outputs[0]!);
  const zero = like(at, a, 0);
  const to = (value: string, x: string) => unbroadcast(at, value, full, dimsOf(at, x));
  return [
    undefined,
    at.wants(1) ? to(ops.where(g, condition, dy, zero), a) : undefined,
    at.wants(2) ? to(ops.where(g, condition, zero, dy), b) : undefined,
  ];
};

const sum: Rule = (at) =>
  at.node.inputs.map((x, input) =>
    at.wants(input)
      ? unbroadcast(at, gradient(at), dimsOf(at, at.node.outputs[0]!), dimsOf(at, x))
      : undefined,
  );

/** Types without fractions have no gradient, and none is ever requested. */
const cast: Rule = (at) => {
  const type = at.shape(at.node.inputs[0]!)?.dataType;
  if (type === undefined) throw unsupported(at, 'the type of its input is not known');
  return [ops.cast(at.g, gradient(at), type)];
};

const same: Rule = (at) => [gradient(at)];

export const elementwise: Readonly<Record<string, Rule>> = {
  Add: add,
  Sub: sub,
  Mul: mul,
  Div: div,
  Pow: pow,
  Max: extreme,
  Min: extreme,
  Where: where,
  Sum: sum,
  Cast: cast,
  Identity: same,
  Dropout: same,
};
