import type { GraphFacts, Node } from '@pip-graft/onnx-graft';

/** Enough for every exporter's spelling of a block, too few to leave it. */
const reach = 48;

/** The nodes behind a value, nearest first, not going further back from those that `pass` refuses. */
export function nodesBehind(
  facts: GraphFacts,
  value: string,
  options: { readonly pass?: (node: Node) => boolean; readonly most?: number } = {},
): Node[] {
  const { pass = () => true, most = reach } = options;
  const seen = new Set<Node>();
  const open = [value];
  for (let i = 0; i < open.length && seen.size < most; i++) {
    const at = facts.producer(open[i]!);
    const node = at === undefined ? undefined : facts.model.graph.nodes[at];
    if (node === undefined || seen.has(node)) continue;
    seen.add(node);
    if (pass(node)) for (const input of node.inputs) open.push(input);
  }
  return [...seen];
}
