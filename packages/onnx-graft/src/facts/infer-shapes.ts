import type { FunctionBody, Graph, Model, Node, Tensor } from '../model/model.ts';
import { smallNumbers } from '../model/read-tensor.ts';
import { Call, type Conflict } from './call.ts';
import { ruleOf } from './rules/table.ts';
import { contentLimit, plain, type Shaped, shaped } from './shaped.ts';

/** Functions may call functions; a chain deeper than this is a cycle. */
const callDepth = 16;
/** Nodes inferred inside functions, which can call functions and so grow exponentially. */
const callBudget = 1_000_000;

/** All values of the main graph at one choice of input sizes. */
export interface Shapes {
  readonly values: ReadonlyMap<string, Shaped>;
  /** Nodes whose inputs contradict each other: the sizes do not suit the model. */
  readonly conflicts: readonly Conflict[];
}

/** Facts that do not depend on sizes: tensors, and the nodes that hold them. */
export type Constants = Map<Tensor | Node, Shaped | undefined>;

/** Options of {@link inferShapes}. */
export interface InferOptions {
  /** Known facts about graph inputs. Omitted inputs are unknown. */
  readonly inputs: ReadonlyMap<string, Shaped>;
  /** Annotations to use if no rule knows better. */
  readonly annotated?: ReadonlyMap<string, Shaped> | undefined;
  /** A value that is an image itself, whatever happened to the model's image before it. */
  readonly image?: string | undefined;
  /** Whether to stop at the first contradiction. */
  readonly stopAtConflict?: boolean;
  /** Shared between runs on one model, so that constants are read once. */
  readonly constants?: Constants;
}

/**
 * Runs a model's shape arithmetic on one choice of input sizes: shapes, axes and the contents of
 * small tensors, so that a traced `Shape`, `Gather`, `Concat`, `Reshape` chain is simply computed.
 * Never throws: what has no rule is unknown.
 */
export function inferShapes(model: Model, options: InferOptions): Shapes {
  const run = new Run(model, options);
  const values = new Map<string, Shaped>(options.inputs);
  run.graph(model.graph, values, (name) => values.get(name));
  return { values, conflicts: run.conflicts };
}

type Lookup = (name: string) => Shaped | undefined;

class Run {
  readonly conflicts: Conflict[] = [];
  readonly #model: Model;
  readonly #options: InferOptions;
  readonly #constants: Constants;
  readonly #functions: ReadonlyMap<string, FunctionBody>;
  #aspect: number | undefined;
  #depth = 0;
  #budget = callBudget;

  constructor(model: Model, options: InferOptions) {
    this.#model = model;
    this.#options = options;
    this.#constants = options.constants ?? new Map();
    this.#aspect = aspectOf(options.inputs);
    this.#functions = new Map(model.functions.map((body) => [`${body.domain}:${body.name}`, body]));
  }

  graph(graph: Graph, values: Map<string, Shaped>, lookup: Lookup): void {
    for (const tensor of graph.initializers) values.set(tensor.name, this.#constant(tensor));
    for (const { name, dataType, dims } of graph.sparseInitializers)
      values.set(name, plain(dataType, dims));
    this.nodes(graph.nodes, values, lookup);
  }

  nodes(nodes: readonly Node[], values: Map<string, Shaped>, lookup: Lookup): void {
    for (const node of nodes) {
      const outputs = this.#node(node, lookup);
      for (let i = 0; i < node.outputs.length; i++) {
        const name = node.outputs[i]!;
        const value = outputs[i];
        const known = value?.dims === undefined ? this.#options.annotated?.get(name) : undefined;
        const fact = this.#seated(name, known ?? value);
        if (fact !== undefined && name !== '') values.set(name, fact);
      }
      if (this.#options.stopAtConflict && this.conflicts.length > 0) return;
    }
  }

  /** A fact, with the axes of an image if the network's own image begins here. */
  #seated(name: string, fact: Shaped | undefined): Shaped | undefined {
    if (name !== this.#options.image || fact?.dims?.length !== 4) return fact;
    this.#aspect = fact.dims[2]! / fact.dims[3]!;
    return shaped(fact.dataType, fact.dims, '..HW');
  }

  #constant = (tensor: Tensor): Shaped => {
    let value = this.#constants.get(tensor);
    if (value === undefined) {
      value = readConstant(this.#model, tensor);
      this.#constants.set(tensor, value);
    }
    return value;
  };

  #node(node: Node, lookup: Lookup): readonly (Shaped | undefined)[] {
    if (node.inputs.length > 0 || node.opType !== 'Constant') return this.#infer(node, lookup);
    if (!this.#constants.has(node)) this.#constants.set(node, this.#infer(node, lookup)[0]);
    return [this.#constants.get(node)];
  }

  #infer(node: Node, lookup: Lookup): readonly (Shaped | undefined)[] {
    const inputs = new Array<Shaped | undefined>(node.inputs.length);
    for (let i = 0; i < inputs.length; i++) {
      const name = node.inputs[i]!;
      inputs[i] = name === '' ? undefined : lookup(name);
    }
    if (node.opType === 'If' && node.domain === '') return this.#branch(node, inputs[0], lookup);
    const body =
      this.#functions.size > 0 ? this.#functions.get(`${node.domain}:${node.opType}`) : undefined;
    if (body !== undefined) return this.#call(body, inputs);
    const rule = ruleOf(node.domain, node.opType);
    if (rule === undefined) return [];
    const opset = this.#model.opsets.get(node.domain) ?? 0;
    const call = new Call(node, opset, inputs, this.#constant, this.#aspect, this.conflicts);
    const result = rule(call);
    return Array.isArray(result) ? result : [result];
  }

  /** The branch that the condition selects; what both agree on if the condition is unknown. */
  #branch(
    node: Node,
    condition: Shaped | undefined,
    outer: Lookup,
  ): readonly (Shaped | undefined)[] {
    const test = condition?.content?.[0];
    const chosen = Number.isNaN(test ?? Number.NaN)
      ? node.subgraphs
      : node.subgraphs.filter((_, i) => this.#isThen(node, i) === (test !== 0));
    const results = chosen.map((graph) => {
      const values = new Map<string, Shaped>();
      const lookup: Lookup = (name) => values.get(name) ?? outer(name);
      this.graph(graph, values, lookup);
      return graph.outputs.map(({ name }) => lookup(name));
    });
    const [first, second] = results;
    if (first === undefined || second === undefined) return first ?? [];
    return first.map((value, i) => agreed(value, second[i]));
  }

  /** Attributes may come in any order: checks that the body is the one in `then_branch`. */
  #isThen(node: Node, body: number): boolean {
    const then = node.attributes.get('then_branch')?.field;
    const field = node.subgraphs[body]!.field;
    return then !== undefined && then.start <= field.start && field.end <= then.end;
  }

  #call(body: FunctionBody, inputs: readonly (Shaped | undefined)[]): (Shaped | undefined)[] {
    this.#budget -= body.nodes.length;
    if (this.#depth >= callDepth || this.#budget < 0) return [];
    this.#depth++;
    const values = new Map<string, Shaped>();
    body.inputs.forEach((name, i) => {
      const value = inputs[i];
      if (value !== undefined) values.set(name, value);
    });
    this.nodes(body.nodes, values, (name) => values.get(name));
    this.#depth--;
    return body.outputs.map((name) => values.get(name));
  }
}

/** Rows divided by columns of the first image among the inputs. */
function aspectOf(inputs: ReadonlyMap<string, Shaped>): number | undefined {
  for (const { axes, dims } of inputs.values()) {
    const row = axes?.indexOf('H') ?? -1;
    const column = axes?.indexOf('W') ?? -1;
    if (row >= 0 && column >= 0) return dims![row]! / dims![column]!;
  }
  return undefined;
}

function agreed(a: Shaped | undefined, b: Shaped | undefined): Shaped | undefined {
  if (a?.dims === undefined || b?.dims === undefined || a.dims.length !== b.dims.length) {
    return shaped(a?.dataType ?? b?.dataType, undefined);
  }
  const dims = a.dims.map((size, axis) => (size === b.dims![axis] ? size : Number.NaN));
  return shaped(a.dataType, dims, a.axes === b.axes ? a.axes : undefined);
}

/** Floats that affect shapes are the scales of a Resize, at most two per axis. */
const floatLimit = 8;

/**
 * What shape inference needs of a constant: its header, and its elements if they are few and of a
 * type used in shape arithmetic.
 */
function readConstant(model: Model, tensor: Tensor): Shaped {
  const { dataType, dims, data } = tensor;
  const limit = dataType?.startsWith('float') ? floatLimit : contentLimit;
  const isHere = data.kind !== 'external';
  return plain(dataType, dims, isHere ? smallNumbers(model, tensor, limit) : undefined);
}
