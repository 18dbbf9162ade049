import {
  extendGraph,
  type Fragment,
  GraftError,
  GraphBuilder,
  graphFacts,
  type Model,
  NameScope,
  type Node,
  ops,
  own,
  type SampleSizes,
  type Shaped,
} from '@pip-graft/onnx-graft';
import { type Backward, type Rule, unsupported } from './backward.ts';
import { chooseCuts } from './choose-cuts.ts';
import { recompute } from './recompute.ts';
import { activation } from './rules/activation.ts';
import { choice } from './rules/choice.ts';
import { convolution } from './rules/convolution.ts';
import { cutting } from './rules/cutting.ts';
import { elementwise } from './rules/elementwise.ts';
import { layout } from './rules/layout.ts';
import { normalisation } from './rules/normalisation.ts';
import { product, runtimeProduct } from './rules/product.ts';
import { reduction } from './rules/reduction.ts';
import { resampling } from './rules/resampling.ts';

/** What to differentiate, by what, and at which size. */
export interface GradientRequest {
  /** A value of one element. */
  readonly loss: string;
  /** Graph inputs and initializers; an initializer becomes an input, which is fed. */
  readonly wrt: readonly string[];
  /** Values of the model's open sizes; the gradient is valid only for these. */
  readonly sizes: SampleSizes;
  /** Values that stay outputs besides the loss. Default: none. */
  readonly outputs?: readonly string[];
  /** Recompute activations in the backward pass instead of keeping them. Default: false. */
  readonly checkpointing?: boolean;
}

/** A model that computes a loss and its gradients. */
export interface GradientModel {
  readonly model: Model;
  /** Name of the output with the gradient, by the name in `wrt`. */
  readonly gradients: ReadonlyMap<string, string>;
}

/**
 * Builds the gradient of a loss as an ONNX model: the unchanged forward graph, followed by what the
 * rule of each node adds, in reverse. Shares values of the forward pass instead of recomputing
 * them, and differentiates only what is between `wrt` and the loss.
 *
 * Errors: `INVALID_ARGUMENT` for a loss of several elements, or a `wrt` that is neither input nor
 * initializer or that the loss does not depend on; `UNSUPPORTED_HOST`, naming the node, for an
 * operator without a rule or an unknown shape.
 *
 * @example
 * const { model, gradients } = gradientOf(withLoss, { loss: 'loss', wrt: ['weight'], sizes: { batch: 1, height: 64, width: 64 } });
 */
export function gradientOf(model: Model, request: GradientRequest): GradientModel {
  const { loss, wrt, sizes, outputs = [], checkpointing = false } = request;
  const { graph } = model;
  const values = graphFacts(model).at(sizes).values;
  checkRequest(model, request, values);
  let made = differentiate(model, request, values, []);
  if (checkpointing) {
    const saved = new Set(made.fragment.nodes.flatMap(({ inputs }) => inputs));
    const { nodes } = graph;
    const again = repeatable(dependents(nodes, wrt));
    const cuts = chooseCuts({ nodes, again, saved, shape: (value) => values.get(value) });
    if (cuts.length > 0) made = differentiate(model, request, values, cuts);
  }
  const { fragment, gradients } = made;
  const kept = [loss, ...outputs];
  const spec = (name: string, of = name) => {
    const { dataType = 'float32', dims = [] } = values.get(of)!;
    return { name, dataType, dims: [...(dims ?? [])] };
  };
  const initializers = new Set(graph.initializers.map(({ name }) => name));
  return {
    model: extendGraph(model, {
      fragment,
      outputs: [
        ...kept.map((name) => spec(name)),
        ...[...gradients].map(([of, name]) => spec(name, of)),
      ],
      fed: wrt.filter((name) => initializers.has(name)),
    }),
    gradients,
  };
}

/** Makes the nodes of the backward pass; recomputes the forward pass from each of `cuts` on. */
function differentiate(
  model: Model,
  { loss, wrt }: GradientRequest,
  values: ReadonlyMap<string, Shaped>,
  cuts: readonly number[],
): { readonly fragment: Fragment; readonly gradients: ReadonlyMap<string, string> } {
  const { graph, source } = model;
  const g = new GraphBuilder({
    opset: Math.min(23, model.opsets.get('') ?? 0),
    prefix: 'gradient',
    taken: new NameScope(model),
  });
  const depends = dependents(graph.nodes, wrt);
  const shape = (value: string) => values.get(value);
  const again = repeatable(depends);
  const copies = recompute({ g, nodes: graph.nodes, cuts, again, shape });
  const found = new Map<string, string[]>([[loss, [one(g, values.get(loss)!)]]]);
  /** Values whose gradient grew since the walk entered the last segment. */
  let grown = new Set<string>();
  /** Returns the summed gradient of a value; called once all of its readers are done. */
  const total = (value: string): string | undefined => {
    const parts = found.get(value);
    if (!parts) return undefined;
    const sum = parts.reduce((a, b) => ops.add(g, a, b));
    found.set(value, [sum]);
    return sum;
  };
  for (const node of [...graph.nodes].reverse()) {
    if (!node.outputs.some((value) => depends.has(value) && found.has(value))) continue;
    copies.enter(node.index, () => {
      const arrived = [...grown].map((value) => total(value)!);
      grown = new Set();
      return arrived;
    });
    const inner = g.scope(node.name || `${node.opType}_${node.index}`);
    const at: Backward = {
      g: inner,
      model,
      node: {
        ...node,
        inputs: node.inputs.map(copies.nameOf),
        outputs: node.outputs.map(copies.nameOf),
      },
      gradients: node.outputs.map((value) => (depends.has(value) ? total(value) : undefined)),
      wants: (input) => depends.has(node.inputs[input] ?? ''),
      shape: (name) => values.get(copies.originalOf(name)),
    };
    for (const value of node.outputs) grown.delete(value);
    const rule = ruleOf(node.domain, node.opType);
    if (!rule) throw unsupported(at, 'there is no rule for this operator');
    for (const [input, made] of rule(at).entries()) {
      const value = node.inputs[input]!;
      if (made === undefined || !depends.has(value)) continue;
      found.set(value, [...(found.get(value) ?? []), made]);
      grown.add(value);
    }
  }
  const gradients = new Map(
    wrt.map((name) => {
      const sum = total(name);
      if (sum === undefined)
        throw new GraftError(
          'INVALID_ARGUMENT',
          `${source.label}: the loss '${loss}' does not depend on '${name}'.`,
        );
      return [name, ops.identity(g, sum, { name: `by/${name}` })] as const;
    }),
  );
  return { fragment: reached(g.fragment(), [...gradients.values()]), gradients };
}

/** Removes nodes that no output needs: copies are made of whole segments. */
function reached(fragment: Fragment, outputs: readonly string[]): Fragment {
  const wanted = new Set(outputs);
  const nodes = [...fragment.nodes]
    .reverse()
    .filter((node) => {
      if (!node.outputs.some((value) => wanted.has(value))) return false;
      for (const value of node.inputs) wanted.add(value);
      return true;
    })
    .reverse();
  return { ...fragment, nodes };
}

/** Operators with a different result each time. */
const drawn = new Set([
  'RandomNormal',
  'RandomNormalLike',
  'RandomUniform',
  'RandomUniformLike',
  'Bernoulli',
  'Multinomial',
  'Dropout',
]);

/** Whether a node can be recomputed: what does not depend on the parameters is frozen, and kept. */
function repeatable(depends: ReadonlySet<string>): (node: Node) => boolean {
  return ({ opType, subgraphs, outputs }) =>
    outputs.some((value) => depends.has(value)) && subgraphs.length === 0 && !drawn.has(opType);
}

/** Returns the values computed from any of the given ones, including those. */
function dependents(nodes: readonly Node[], from: readonly string[]): ReadonlySet<string> {
  const found = new Set(from);
  for (const node of nodes)
    if (node.inputs.some((value) => found.has(value)))
      for (const value of node.outputs) if (value !== '') found.add(value);
  return found;
}

function one(g: GraphBuilder, { dims = [], dataType = 'float32' }: Shaped): string {
  return g.floats([1], dims, dataType);
}

function checkRequest(
  { graph, source }: Model,
  { loss, wrt }: GradientRequest,
  values: ReadonlyMap<string, Shaped>,
): void {
  const refuse = (problem: string): never => {
    throw new GraftError('INVALID_ARGUMENT', `${source.label}: ${problem}.`);
  };
  const dims = values.get(loss)?.dims;
  if (!dims || dims.some((size) => size !== 1))
    refuse(
      `the loss '${loss}' must be a value of one element, but ${dims ? `it is [${dims}]` : 'its shape is not known'}`,
    );
  const sources = new Set([...graph.initializers, ...graph.inputs].map(({ name }) => name));
  const odd = wrt.find((name) => !sources.has(name));
  if (odd !== undefined) refuse(`'${odd}' is neither an input nor an initializer`);
}

/** The rule of each operator of ONNX's default domain. */
const ownRules: Readonly<Record<string, Rule>> = {
  ...elementwise,
  ...activation,
  ...reduction,
  ...product,
  ...normalisation,
  ...convolution,
  ...resampling,
  ...layout,
  ...cutting,
  ...choice,
};

/** Rules of operators that onnxruntime's optimiser leaves in the files that it writes. */
const runtimeRules: Readonly<Record<string, Rule>> = {
  ...runtimeProduct,
  Gelu: activation['Gelu']!,
};

/** Returns the rule of an operator; undefined without one. */
function ruleOf(domain: string, opType: string): Rule | undefined {
  if (domain === '' || domain === 'ai.onnx') return own(ownRules, opType);
  return domain === 'com.microsoft' ? own(runtimeRules, opType) : undefined;
}
