import type { GraphFacts, Node } from '@pip-graft/onnx-graft';
import { makerOf } from './source-of.ts';

/** Enough for every exporter's spelling of a block, too few to leave it. */
const reach = 48;

/** The nodes behind a value, nearest first, quantising and casts left out, not going further back from those that `pass` refuses. */
export function nodesBehind(
  facts: GraphFacts,
  value: string,
  options: { readonly pass?: (node: Node) => boolean; readonly most?: number } = {},
): Node[] {
  const { pass = () => true, most = reach } = options;
  const seen = new Set<Node>();
  const open = [value];
  for (let i = 0; i < open.length && seen.size < most; i++) {
    const node = makerOf(facts, open[i]!);
    if (node === undefined || seen.has(node)) continue;
    seen.add(node);
    if (pass(node)) for (const input of node.inputs) open.push(input);
  }
  return [...seen];
}
