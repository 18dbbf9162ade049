import { ops } from '@pip-graft/onnx-graft';
import { dimsOf, fromFront, gradient, type Rule, unbroadcast } from '../backward.ts';

const reshape: Rule = (at) => [
  ops.reshape(at.g, gradient(at), [...dimsOf(at, at.node.inputs[0]!)]),
];

const transpose: Rule = (at) => {
  const rank = dimsOf(at, at.node.inputs[0]!).length;
  const order =
    at.node.attributes.get('perm')?.ints ??
    Array.from({ length: rank }, (_, axis) => rank - 1 - axis);
  const back = order.map((_, axis) => order.indexOf(axis));
  return [ops.transpose(at.g, gradient(at), back)];
};

const expand: Rule = (at) => [
  unbroadcast(at, gradient(at), dimsOf(at, at.node.outputs[0]!), dimsOf(at, at.node.inputs[0]!)),
];

const concat: Rule = (at) => {
  const { g, node } = at;
  const rank = dimsOf(at, node.outputs[0]!).length;
  const axis = fromFront(node.attributes.get('axis')?.int ?? 0, rank);
  let end = 0;
  return node.inputs.map((value, input) => {
    const start = end;
    end += dimsOf(at, value)[axis]!;
    return at.wants(input)
      ? ops.slice(g, gradient(at), { axes: [axis], starts: [start], ends: [end] })
      : undefined;
  });
};

/** A part that the loss does not depend on has a gradient of zeros. */
const split: Rule = (at) => {
  const { g, node } = at;
  const dims = dimsOf(at, node.inputs[0]!);
  const axis = fromFront(node.attributes.get('axis')?.int ?? 0, dims.length);
  const parts = node.outputs.map((value, index) => {
    const given = at.gradients[index];
    return given ?? ops.expand(g, g.scalar(0, 'float32'), [...dimsOf(at, value)]);
  });
  return [ops.concat(g, parts, axis)];
};

/**
 * Space to depth undoes depth to space; if a block's pixels were adjacent channels (CRD), these are
 * then moved as whole planes, faster than a pixel at a time.
 */
const depthToSpace: Rule = (at) => {
  const { g, node } = at;
  const [batch = 0, channels = 0, height = 0, width = 0] = dimsOf(at, node.inputs[0]!);
  const block = node.attributes.get('blocksize')?.int ?? 1;
  const [deep = ''] = g.node('SpaceToDepth', [gradient(at)], { blocksize: { int: block } });
  if (node.attributes.get('mode')?.string !== 'CRD') return [deep];
  const planes = ops.reshape(g, deep, [batch, block ** 2, channels / block ** 2, height * width]);
  const moved = ops.transpose(g, planes, [0, 2, 1, 3]);
  return [ops.reshape(g, moved, [batch, channels, height, width])];
};

const spaceToDepth: Rule = (at) => {
  const { g, node } = at;
  const block = node.attributes.get('blocksize')?.int ?? 1;
  const attributes = { blocksize: { int: block }, mode: { string: 'DCR' } };
  return [g.node('DepthToSpace', [gradient(at)], attributes)[0]!];
};

export const layout: Readonly<Record<string, Rule>> = {
  Reshape: reshape,
  Flatten: reshape,
  Squeeze: reshape,
  Unsqueeze: reshape,
  Transpose: transpose,
  Expand: expand,
  Concat: concat,
  Split: split,
  DepthToSpace: depthToSpace,
  SpaceToDepth: spaceToDepth,
};
