import { extendGraph, type GraftRecord, type Model } from '@pip-graft/graft';

/**
 * A model as Triton batches it: every input has one row per image. A graft's degradation must be
 * passed; its strength, one number for all images, gets its default, 1, and is no longer seen.
 */
export function servedModel(model: Model, graft: GraftRecord | null): Model {
  if (!graft?.inputs) return model;
  const { degradation, strength } = graft.inputs;
  const defaults = new Set(model.graph.initializers.map(({ name }) => name));
  const one = new Uint8Array(new Float32Array([1]).buffer);
  return extendGraph(model, {
    fragment: {
      nodes: [],
      initializers: defaults.has(strength)
        ? []
        : [{ name: strength, dataType: 'float32', dims: [], data: one }],
    },
    fed: defaults.has(degradation) ? [degradation] : [],
  });
}
