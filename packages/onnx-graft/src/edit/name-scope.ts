import type { Graph, Model, Node } from '../model/model.ts';

/** Hands out names that no graph, body or function of a model uses; deterministic for a model. */
export class NameScope {
  readonly #taken = new Set<string>();
  /** Where counting stopped last time: taking one name thousands of times stays linear. */
  readonly #next = new Map<string, number>();

  constructor(model?: Model) {
    if (!model) return;
    this.#addGraph(model.graph);
    for (const body of model.functions) {
      for (const name of [body.name, ...body.inputs, ...body.outputs]) this.#taken.add(name);
      this.#addNodes(body.nodes);
    }
  }

  has(name: string): boolean {
    return this.#taken.has(name);
  }

  /** `wanted` itself if it is free, else the first free of `wanted_2`, `wanted_3`, … */
  take(wanted: string): string {
    let name = wanted;
    let count = this.#next.get(wanted) ?? 2;
    for (; this.#taken.has(name); count++) name = `${wanted}_${count}`;
    this.#next.set(wanted, count);
    this.#taken.add(name);
    return name;
  }

  /**
   * A prefix that no name starts with yet: `wanted`, `wanted_2`, …
   *
   * @example new NameScope().prefix('pip') // 'pip'
   */
  prefix(wanted: string): string {
    let prefix = wanted;
    for (let count = 2; this.#begins(prefix); count++) prefix = `${wanted}_${count}`;
    return prefix;
  }

  #begins(prefix: string): boolean {
    for (const name of this.#taken) {
      if (name === prefix || name.startsWith(`${prefix}/`)) return true;
    }
    return false;
  }

  #addGraph(graph: Graph): void {
    for (const { name } of [
      ...graph.initializers,
      ...graph.sparseInitializers,
      ...graph.inputs,
      ...graph.outputs,
      ...graph.valueInfos,
    ])
      this.#taken.add(name);
    this.#addNodes(graph.nodes);
  }

  #addNodes(nodes: readonly Node[]): void {
    for (const node of nodes) {
      this.#taken.add(node.name);
      for (const name of node.inputs) this.#taken.add(name);
      for (const name of node.outputs) this.#taken.add(name);
      for (const body of node.subgraphs) this.#addGraph(body);
    }
  }
}
