import type { GraphFacts } from '@pip-graft/onnx-graft';

const random = /^(Random|Multinomial$|Bernoulli$)/;

/** Nodes that read constants or fixed sizes only, and are worked out when the file is opened; by index. */
export function foldedNodes(facts: GraphFacts): ReadonlySet<number> {
  const { graph } = facts.model;
  const inputs = new Set(graph.inputs.map(({ name }) => name));
  // An initialiser that is listed as an input may be fed.
  const constants = new Set([
    ...graph.initializers.map(({ name }) => name).filter((name) => !inputs.has(name)),
    ...graph.sparseInitializers,
    '',
  ]);
  const folded = new Set<number>();
  graph.nodes.forEach((node, at) => {
    const [x] = node.inputs;
    const sized = node.opType === 'Shape' && node.domain === '' && x !== undefined;
    const fixed = sized && facts.value(x)?.dims?.every((dim) => typeof dim === 'number');
    if (!fixed && !node.inputs.every((name) => constants.has(name))) return;
    if (random.test(node.opType) || node.subgraphs.length > 0) return;
    folded.add(at);
    for (const name of node.outputs) constants.add(name);
  });
  return folded;
}
