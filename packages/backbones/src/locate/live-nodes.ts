import type { GraphFacts, NodeSet } from '@pip-graft/onnx-graft';

/** The nodes that an output of the model depends on. */
export function liveNodes(facts: GraphFacts): NodeSet {
  const sets = facts.model.graph.outputs.map(({ name }) => facts.ancestors(name));
  return { has: (node) => sets.some((set) => set.has(node)) };
}
