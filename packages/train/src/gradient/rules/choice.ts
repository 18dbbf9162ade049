import { ops } from '@pip-graft/onnx-graft';
import { type Backward, dimsOf, fromFront, gradient, type Rule, unsupported } from '../backward.ts';

// A choice, the index at which something was taken, has no gradient. What was taken has one.

function zeros(at: Backward, dims: readonly number[]): string {
  return ops.expand(at.g, at.g.scalar(0, 'float32'), [...dims]);
}

function scatter(
  at: Backward,
  data: string,
  indices: string,
  updates: string,
  axis: number,
  add: boolean,
): string {
  const { g } = at;
  if (add && g.opset < 16) throw unsupported(at, 'it needs operator set 16, where scattering adds');
  const reduction = add ? { reduction: { string: 'add' } } : {};
  return g.node('ScatterElements', [data, indices, updates], {
    axis: { int: axis },
    ...reduction,
  })[0]!;
}

function axisOf(at: Backward, otherwise: number): number {
  return fromFront(
    at.node.attributes.get('axis')?.int ?? otherwise,
    dimsOf(at, at.node.inputs[0]!).length,
  );
}

/** A product with the matrix that has a 1 where an entry was taken: sums what was taken twice. */
const gather: Rule = (at) => {
  const { g, node } = at;
  const [data = '', indices = ''] = node.inputs;
  const dims = dimsOf(at, data);
  const axis = axisOf(at, 0);
  const size = dims[axis]!;
  const product = (list: readonly number[]) => list.reduce((all, each) => all * each, 1);
  const taken = product(dimsOf(at, indices));
  const flat = ops.reshape(g, ops.cast(g, indices, 'int64'), [1, -1]);
  const positions = g.node('Mod', [ops.add(g, flat, g.ints([size])), g.ints([size])])[0]!;
  const places = ops.reshape(g, g.ints(Array.from({ length: size }, (_, index) => index)), [
    size,
    1,
  ]);
  const chosen = ops.cast(g, ops.equal(g, places, positions), 'float32');
  const [before, after] = [product(dims.slice(0, axis)), product(dims.slice(axis + 1))];
  const rows = ops.reshape(g, gradient(at), [before, taken, after]);
  return [ops.reshape(g, ops.matmul(g, chosen, rows), [...dims])];
};

const gatherElements: Rule = (at) => {
  const [data = '', indices = ''] = at.node.inputs;
  const none = zeros(at, dimsOf(at, data));
  return [scatter(at, none, indices, gradient(at), axisOf(at, 0), true)];
};

const scatterElements: Rule = (at) => {
  const { g, node } = at;
  const [, indices = '', updates = ''] = node.inputs;
  const kind = node.attributes.get('reduction')?.string ?? 'none';
  if (kind !== 'none') throw unsupported(at, `reduction '${kind}' is unknown`);
  const axis = axisOf(at, 0);
  const dy = gradient(at);
  return [
    at.wants(0) ? scatter(at, dy, indices, zeros(at, dimsOf(at, updates)), axis, false) : undefined,
    undefined,
    at.wants(2) ? g.node('GatherElements', [dy, indices], { axis: { int: axis } })[0]! : undefined,
  ];
};

/** Puts gradients of the largest entries back in their places. */
const topK: Rule = (at) => {
  const [x = ''] = at.node.inputs;
  const indices = at.node.outputs[1]!;
  const none = zeros(at, dimsOf(at, x));
  return [scatter(at, none, indices, gradient(at), axisOf(at, -1), false)];
};

export const choice: Readonly<Record<string, Rule>> = {
  Gather: gather,
  GatherElements: gatherElements,
  ScatterElements: scatterElements,
  TopK: topK,
};
