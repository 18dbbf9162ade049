import type { Graph, Node } from './model.ts';

/**
 * Sorts nodes so that each value is made before it is read, as ONNX requires and not every file
 * does; their indices follow. A sorted list is returned unchanged, and nodes on a cycle keep their
 * relative order.
 */
export function sortNodes(nodes: readonly Node[]): readonly Node[] {
  const makers = new Map<string, number>();
  nodes.forEach(({ outputs }, at) => {
    for (const name of outputs) if (name !== '' && !makers.has(name)) makers.set(name, at);
  });
  if (nodes.every((node, at) => namesRead(node).every((name) => (makers.get(name) ?? 0) <= at)))
    return nodes;
  const before = nodes.map((node) => namesRead(node).flatMap((name) => makers.get(name) ?? []));
  const sorted: Node[] = [];
  const seen = new Uint8Array(nodes.length);
  for (const first of nodes.keys()) {
    // Depth first, without recursion: a file can make a chain of any length.
    const open = [first];
    while (open.length > 0) {
      const at = open.at(-1)!;
      const next = seen[at] === 0 ? before[at]!.filter((maker) => seen[maker] === 0) : [];
      if (seen[at] === 0) seen[at] = 1;
      else {
        open.pop();
        if (seen[at] === 1) sorted.push({ ...nodes[at]!, index: sorted.length });
        seen[at] = 2;
      }
      open.push(...next.reverse());
    }
  }
  return sorted;
}

/** Nodes in file order. */
export function inFileOrder(nodes: readonly Node[]): readonly Node[] {
  return [...nodes].sort((a, b) => a.field.start - b.field.start);
}

function namesRead(node: Node): readonly string[] {
  return node.subgraphs.length === 0 ? node.inputs : [...node.inputs, ...capturesOf(node)];
}

/** Outer values that the bodies of a node read. */
export function capturesOf(node: Node): ReadonlySet<string> {
  const captured = new Set<string>();
  for (const body of node.subgraphs) collect(body, [], captured);
  return captured;
}

/** Recursion follows the nesting of bodies, which the reader limits. */
function collect(graph: Graph, outer: readonly ReadonlySet<string>[], found: Set<string>): void {
  const own = new Set<string>();
  for (const { name } of graph.inputs) own.add(name);
  for (const { name } of graph.initializers) own.add(name);
  for (const { name } of graph.sparseInitializers) own.add(name);
  for (const node of graph.nodes) for (const name of node.outputs) own.add(name);
  const scopes = [...outer, own];
  const see = (name: string): void => {
    if (name !== '' && !scopes.some((scope) => scope.has(name))) found.add(name);
  };
  for (const node of graph.nodes) {
    node.inputs.forEach(see);
    for (const body of node.subgraphs) collect(body, scopes, found);
  }
  for (const { name } of graph.outputs) see(name);
}
