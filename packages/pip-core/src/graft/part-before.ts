import {
  extractNodes,
  type GraphFacts,
  type Model,
  type ValueInfo,
  type ValueSpec,
} from '@pip-graft/onnx-graft';

/**
 * The part of a model that computes some values, with the inputs that it reads. Its outputs are to
 * be added, unless they are given.
 */
export function partBefore(
  model: Model,
  facts: GraphFacts,
  values: readonly string[],
  outputs: readonly string[] = [],
): Model {
  const before = values.map((value) => facts.ancestors(value));
  const kept = model.graph.nodes.filter(({ index }) => before.some((set) => set.has(index)));
  // Bodies of If and Loop read outer values too.
  const read = new Set(
    kept.flatMap(({ index, inputs }) => [...inputs, ...(facts.captures.get(index) ?? [])]),
  );
  return extractNodes(model, {
    nodes: new Set(kept.map(({ index }) => index)),
    inputs: model.graph.inputs.filter(({ name }) => read.has(name)).map(specOf),
    outputs,
  });
}

/** A value's name, type and dims, for a model made of parts of another. */
export function specOf({ name, dataType = 'float32', dims = [] }: ValueInfo): ValueSpec {
  return { name, dataType, dims };
}
