import { ops } from '@pip-graft/onnx-graft';
import { dimsOf, fromFront, gradient, like, type Rule, unbroadcast } from '../backward.ts';

/** `y = (x − mean)/√(var + ε)·scale + bias` over the last axes, from `axis` on. */
const layerNormalization: Rule = (at) => {
  const { g, node } = at;
  const [x = '', scale = '', bias = ''] = node.inputs;
  const dims = dimsOf(at, x);
  const axis = fromFront(node.attributes.get('axis')?.int ?? -1, dims.length);
  const epsilon = node.attributes.get('epsilon')?.float ?? 1e-5;
  const axes = dims.flatMap((_, index) => (index >= axis ? [index] : []));
  const dy = gradient(at);
  const centred = ops.sub(g, x, ops.reduceMean(g, x, axes));
  const variance = ops.reduceMean(g, ops.mul(g, centred, centred), axes);
  const deviation = ops.sqrt(g, ops.add(g, variance, like(at, x, epsilon)));
  const unit = ops.div(g, centred, deviation);
  const byX = (): string => {
    const d = ops.mul(g, dy, scale);
    const along = ops.mul(g, unit, ops.reduceMean(g, ops.mul(g, d, unit), axes));
    return ops.div(g, ops.sub(g, ops.sub(g, d, ops.reduceMean(g, d, axes)), along), deviation);
  };
  return [
    at.wants(0) ? byX() : undefined,
    at.wants(1) ? unbroadcast(at, ops.mul(g, dy, unit), dims, dimsOf(at, scale)) : undefined,
    bias !== '' && at.wants(2) ? unbroadcast(at, dy, dims, dimsOf(at, bias)) : undefined,
  ];
};

export const normalisation: Readonly<Record<string, Rule>> = {
  LayerNormalization: layerNormalization,
};
