import type { GraphFacts, Node } from '@pip-graft/onnx-graft';

/** Enough for every exporter's form of a block, too few to leave it. */
const usualReach = 48;

/**
 * The nodes behind a value, nearest first, without quantising and casts, and not beyond those that
 * `pass` rejects.
 */
export function nodesBehind(
  facts: GraphFacts,
  value: string,
  options: { readonly pass?: (node: Node) => boolean; readonly most?: number } = {},
): Node[] {
  const { pass = () => true, most = usualReach } = options;
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

/** Operators that pass a value on, in another type or with fewer digits. */
const passed = new Set(['Cast', 'Identity', 'QuantizeLinear', 'DequantizeLinear']);

/** The original of a value, before quantising, dequantising and casts. */
export function sourceOf(facts: GraphFacts, value: string): string {
  let name = value;
  // A damaged file may have a cycle here, so take at most as many steps as nodes.
  for (let left = facts.model.graph.nodes.length; left >= 0; left--) {
    const at = facts.producer(name);
    const maker = at === undefined ? undefined : facts.model.graph.nodes[at];
    if (maker === undefined || !passed.has(maker.opType)) return name;
    name = maker.inputs[0] ?? '';
  }
  return name;
}

/** The node that made a value, before quantising, dequantising and casts. */
export function makerOf(facts: GraphFacts, value: string): Node | undefined {
  const at = facts.producer(sourceOf(facts, value));
  return at === undefined ? undefined : facts.model.graph.nodes[at];
}

/** Number of nodes behind a skip feature to search for its layer. */
const weightReach = 64;
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
  for (let at = 0; at < open.length && at < weightReach; at++) {
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
