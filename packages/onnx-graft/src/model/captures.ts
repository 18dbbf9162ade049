import type { Graph, Node } from './model.ts';

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
