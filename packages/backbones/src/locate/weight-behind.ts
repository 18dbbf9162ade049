import type { GraphFacts, Node } from '@pip-graft/onnx-graft';

/** Number of nodes behind a skip feature to search for its layer. */
const reach = 64;
const layers = new Set(['Conv', 'ConvTranspose', 'FusedConv', 'MatMul', 'Gemm']);

/** Whether a node applies weights to features. */
export function isLayer({ opType }: Node): boolean {
  return layers.has(opType);
}

/** Name of the weight of the nearest layer behind a value; the value's own without one. */
export function weightBehind(facts: GraphFacts, value: string): string {
  const { nodes, initializers } = facts.model.graph;
  const stored = new Set(initializers.map(({ name }) => name));
  const open = [value];
  const seen = new Set<string>();
  for (let at = 0; at < open.length && at < reach; at++) {
    const maker = facts.producer(open[at]!);
    if (maker === undefined) continue;
    const node = nodes[maker]!;
    const weight = isLayer(node) ? node.inputs[1] : undefined;
    if (weight !== undefined && stored.has(weight)) return weight;
    for (const input of node.inputs) if (!seen.has(input)) open.push(input);
    for (const input of node.inputs) seen.add(input);
  }
  return value;
}
