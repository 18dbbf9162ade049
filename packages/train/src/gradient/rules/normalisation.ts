import { ops } from '@pip-graft/onnx-graft';
import {
  dimsOf,
  fromFront,
  like,
  type Rule,
  typeOf,
  unbroadcast,
  unsupported,
} from '../backward.ts';

/**
 * `y = (x − mean)·s·scale + bias` over the last axes, from `axis` on, with `s = 1/√(var + ε)`,
 * which is the third output. The normalised value without scale and bias comes from another such
 * node: one kernel of the runtime instead of six passes over x.
 */
const layerNormalization: Rule = (at) => {
  const { g, node } = at;
  const [x = '', scale = '', bias = ''] = node.inputs;
  const [dy, byMean, byInverse] = at.gradients;
  if (byMean !== undefined) throw unsupported(at, 'there is no gradient by its mean');
  const dims = dimsOf(at, x);
  const axis = fromFront(node.attributes.get('axis')?.int ?? -1, dims.length);
  const axes = dims.flatMap((_, index) => (index >= axis ? [index] : []));
  const ones = g.floats(
    new Array<number>(dims.slice(axis).reduce((product, size) => product * size, 1)).fill(1),
    dims.slice(axis),
    typeOf(at, x),
  );
  const attributes = {
    axis: { int: axis },
    epsilon: { float: node.attributes.get('epsilon')?.float ?? 1e-5 },
  };
  const [unit = '', , inverse = ''] = g.node('LayerNormalization', [x, ones], attributes, {
    outputs: 3,
  });
  const mean = (value: string): string => ops.reduceMean(g, value, axes);
  const byOutput = (by: string): string => {
    const d = ops.mul(g, by, scale);
    const along = ops.mul(g, unit, mean(ops.mul(g, d, unit)));
    return ops.mul(g, ops.sub(g, ops.sub(g, d, mean(d)), along), inverse);
  };
  /** `ds/dx = −s²·unit/n`. */
  const byDeviation = (by: string): string => {
    const count = axes.reduce((product, each) => product * dims[each]!, 1);
    const steep = ops.mul(g, ops.mul(g, by, ops.mul(g, inverse, inverse)), like(at, x, -1 / count));
    return ops.mul(g, unit, steep);
  };
  const byX = (): string => {
    const parts = [
      ...(dy === undefined ? [] : [byOutput(dy)]),
      ...(byInverse === undefined ? [] : [byDeviation(byInverse)]),
    ];
    return parts.reduce((sum, each) => ops.add(g, sum, each));
  };
  return [
    at.wants(0) ? byX() : undefined,
    at.wants(1) && dy !== undefined
      ? unbroadcast(at, ops.mul(g, dy, unit), dims, dimsOf(at, scale))
      : undefined,
    bias !== '' && at.wants(2) && dy !== undefined
      ? unbroadcast(at, dy, dims, dimsOf(at, bias))
      : undefined,
  ];
};

export const normalisation: Readonly<Record<string, Rule>> = {
  LayerNormalization: layerNormalization,
};
