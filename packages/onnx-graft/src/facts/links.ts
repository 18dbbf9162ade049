import type { Use } from '../edit/site.ts';
import type { Graph, Model, Node } from '../model/model.ts';

/** A use of a value in the main graph. */
export interface ValueUse extends Use {
  /** Read by the body of an If, Loop or Scan rather than by an input; `input` is then -1. */
  readonly captured: boolean;
}

/** Who makes and who reads each value of the main graph. */
export interface Links {
  readonly producers: ReadonlyMap<string, number>;
  readonly usesByValue: ReadonlyMap<string, readonly ValueUse[]>;
  /** Outer values that the bodies of a control-flow node read, by the node's index. */
  readonly captures: ReadonlyMap<number, ReadonlySet<string>>;
  readonly outputs: ReadonlySet<string>;
}

/** Collects producers and uses, captures of control-flow bodies included. */
export function linksOf(model: Model): Links {
  const producers = new Map<string, number>();
  const usesByValue = new Map<string, ValueUse[]>();
  const captures = new Map<number, ReadonlySet<string>>();
  const add = (value: string, use: ValueUse): void => {
    if (value === '') return;
    const list = usesByValue.get(value);
    if (list === undefined) usesByValue.set(value, [use]);
    else list.push(use);
  };
  model.graph.nodes.forEach((node, at) => {
    node.inputs.forEach((value, input) => {
      add(value, { node: at, input, captured: false });
    });
    if (node.subgraphs.length > 0) {
      const outer = capturesOf(node);
      captures.set(at, outer);
      for (const value of outer) add(value, { node: at, input: -1, captured: true });
    }
    for (const value of node.outputs) if (value !== '') producers.set(value, at);
  });
  const outputs = new Set(model.graph.outputs.map(({ name }) => name));
  return { producers, usesByValue, captures, outputs };
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
