import { requireModel } from '../argument.ts';
import type { Fragment, ValueSpec } from '../author/spec.ts';
import { GraftError } from '../error.ts';
import type { Field, Model } from '../model/model.ts';
import { readLater, sameData } from '../model/read-model.ts';
import { elementCount } from '../model/read-tensor.ts';
import { capturesOf } from '../model/sort-nodes.ts';
import { encodeBareOutput, encodeNode, encodeTensor, encodeValueInfo } from './encode.ts';
import { type Edit, rewrite } from './rewrite.ts';

/** What {@link extendGraph} adds after the nodes of a graph. */
export interface Extension {
  readonly fragment: Fragment;
  /** Graph inputs to add. */
  readonly inputs?: readonly ValueSpec[];
  /** The graph's new outputs; by default they stay. */
  readonly outputs?: readonly ValueSpec[];
  /** Initializers to turn into inputs without a default, to be fed from now on. */
  readonly fed?: readonly string[];
}

/**
 * A model with nodes after its own, other outputs, and initializers turned into inputs. All other
 * records keep their bytes.
 *
 * Errors: `INVALID_ARGUMENT` if a name in `fed` is not an initializer.
 *
 * @example
 * const g = new GraphBuilder({ opset: 17, taken: new NameScope(model) });
 * const doubled = ops.mul(g, 'output', g.scalar(2, 'float32'));
 * extendGraph(model, { fragment: g.fragment(), outputs: [{ name: doubled, dataType: 'float32', dims: [1] }] });
 */
export function extendGraph(model: Model, extension: Extension): Model {
  requireModel(model, 'extendGraph');
  const { graph, source } = model;
  const { fragment, inputs = [], outputs, fed = [] } = extension;
  const parents = [graph.field];
  const drop = ({ start, end }: { readonly start: number; readonly end: number }): Edit => ({
    start,
    end,
    parents,
    pieces: [],
  });
  const added = [...inputs];
  const edits: Edit[] = [];
  for (const name of fed) {
    const tensor = graph.initializers.find((candidate) => candidate.name === name);
    if (!tensor?.dataType)
      throw new GraftError(
        'INVALID_ARGUMENT',
        `${source.label}: '${name}' is not an initializer, so it cannot become an input.`,
      );
    edits.push(drop(tensor.field));
    // Files of old IR versions already list initializers as inputs.
    if (graph.inputs.some((input) => input.name === name)) continue;
    added.push({ name, dataType: tensor.dataType, dims: tensor.dims });
  }
  if (outputs) edits.push(...graph.outputs.map(({ field }) => drop(field)));
  const { end } = graph.field;
  edits.push({
    start: end,
    end,
    parents,
    pieces: [
      ...fragment.nodes.map(encodeNode),
      ...fragment.initializers.flatMap(encodeTensor),
      ...added.map((value) => encodeValueInfo(value, 'input')),
      ...(outputs ?? []).map((value) => encodeValueInfo(value, 'output')),
      ...(fragment.values ?? []).map((value) => encodeValueInfo(value, 'valueInfo')),
    ],
  });
  edits.sort((a, b) => a.start - b.start);
  // Initializers that become inputs may be the only ones in their file.
  const data = fed.length > 0 ? { external: model.external } : sameData(model);
  return readLater(rewrite(model, edits), data);
}

/**
 * A model with inner values as additional outputs; the runtime infers their types.
 *
 * @param as name of each value's output; default: its own
 *
 * @example
 * exposeValues(model, ['/encoder/Add_output_0']);
 */
export function exposeValues(
  model: Model,
  names: readonly string[],
  as: (name: string) => string = String,
): Model {
  requireModel(model, 'exposeValues');
  const { graph } = model;
  const present = new Set(graph.outputs.map((output) => output.name));
  const pieces = names.flatMap((name) => {
    const shown = as(name);
    if (present.has(shown)) return [];
    return shown === name
      ? [encodeBareOutput(name)]
      : [copyTo(name, shown), encodeBareOutput(shown)];
  });
  const end = graph.field.end;
  return readLater(
    rewrite(model, [{ start: end, end, pieces, parents: [graph.field] }]),
    sameData(model),
  );
}

function copyTo(input: string, output: string): Uint8Array {
  return encodeNode({
    name: output,
    opType: 'Identity',
    domain: '',
    inputs: [input],
    outputs: [output],
    attributes: {},
  });
}

export interface Extract {
  /** Indices of the nodes to keep. */
  readonly nodes: ReadonlySet<number>;
  /** Values that these nodes read but none of them makes. */
  readonly inputs: readonly ValueSpec[];
  /** Values to output, made by these nodes. */
  readonly outputs: readonly string[];
}

/**
 * Extracts some nodes of a model, with the weights they read, as a separate model. Kept records
 * keep their bytes.
 *
 * @example
 * extractNodes(model, { nodes: new Set([4, 5]), inputs: [{ name: 'x', dataType: 'float32', dims: [1, 8, 4, 4] }], outputs: ['y'] });
 */
export function extractNodes(model: Model, { nodes, inputs, outputs }: Extract): Model {
  requireModel(model, 'extractNodes');
  const { graph } = model;
  const parents = [graph.field];
  const read = new Set<string>();
  for (const index of nodes) {
    const node = graph.nodes[index]!;
    for (const name of node.inputs) read.add(name);
    for (const name of capturesOf(node)) read.add(name);
  }
  const dropped: Field[] = [
    ...graph.nodes.filter(({ index }) => !nodes.has(index)),
    ...graph.initializers.filter(({ name }) => !read.has(name)),
    ...graph.sparseInitializers.filter(({ name }) => !read.has(name)),
    ...graph.inputs,
    ...graph.outputs,
  ].map(({ field }) => field);
  const edits = dropped.map(({ start, end }): Edit => ({ start, end, pieces: [], parents }));
  const { end } = graph.field;
  const pieces = [
    ...inputs.map((value) => encodeValueInfo(value, 'input')),
    ...outputs.map(encodeBareOutput),
  ];
  return readLater(rewrite(model, [...edits, { start: end, end, pieces, parents }]), {
    external: model.external,
  });
}

/**
 * Fixes the shape of some inputs of a model: with all sizes known, runtimes fold away the shape
 * arithmetic. What the file declares for other values stays.
 *
 * Errors: `INVALID_ARGUMENT` for a name that is not an input, or an input of unknown type.
 *
 * @example
 * fixInputDims(model, { input: [1, 3, 256, 256] });
 */
export function fixInputDims(
  model: Model,
  dims: Readonly<Record<string, readonly number[]>>,
): Model {
  requireModel(model, 'fixInputDims');
  const { graph, source } = model;
  const edits = Object.entries(dims).map(([name, fixed]): Edit => {
    const input = graph.inputs.find((candidate) => candidate.name === name);
    if (input?.dataType === undefined) {
      throw new GraftError(
        'INVALID_ARGUMENT',
        `${source.label}: '${name}' is not an input of a known type; it has ${graph.inputs.map((each) => `'${each.name}'`).join(', ')}.`,
      );
    }
    const { field, dataType } = input;
    const bytes = encodeValueInfo({ name, dataType, dims: fixed }, 'input');
    return { start: field.start, end: field.end, pieces: [bytes], parents: [graph.field] };
  });
  return edits.length === 0 ? model : readLater(rewrite(model, edits), sameData(model));
}

/**
 * Replaces the numbers of some float32 initializers; all other records keep their bytes.
 *
 * Errors: `INVALID_ARGUMENT` for a name that is not a float32 initializer, or a different number of
 * elements.
 *
 * @example
 * const trained = replaceWeights(model, new Map([['intro.weight', values]]));
 */
export function replaceWeights(model: Model, weights: ReadonlyMap<string, Float32Array>): Model {
  requireModel(model, 'replaceWeights');
  const { graph, source } = model;
  const edits = graph.initializers.flatMap((tensor) => {
    const values = weights.get(tensor.name);
    if (values === undefined) return [];
    const { name, dims, dataType, field } = tensor;
    if (dataType !== 'float32' || elementCount(dims) !== values.length)
      throw new GraftError(
        'INVALID_ARGUMENT',
        `${source.label}: '${name}' is ${dataType} of [${dims.join(', ')}], but there are ${values.length} float32 numbers to replace it.`,
      );
    const data = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    const pieces = encodeTensor({ name, dims, dataType, data });
    return [{ start: field.start, end: field.end, pieces, parents: [graph.field] }];
  });
  if (edits.length === weights.size)
    return readLater(rewrite(model, edits), { external: model.external });
  const known = new Set(graph.initializers.map(({ name }) => name));
  const odd = [...weights.keys()].find((name) => !known.has(name));
  throw new GraftError('INVALID_ARGUMENT', `${source.label}: it has no initializer '${odd}'.`);
}
