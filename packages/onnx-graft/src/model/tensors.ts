import * as argument from '../argument.ts';
import { GraftError } from '../error.ts';
import type { ByteSource } from '../wire/source.ts';
import { byteLengthOf } from './data-type.ts';
import type {
  Attribute,
  Field,
  Graph,
  Model,
  Node,
  SparseTensor,
  Tensor,
  TensorData,
} from './model.ts';
import { elementCount } from './read-tensor.ts';

/** A tensor, its place, and the messages around its record, outermost first. */
interface PlacedTensor {
  readonly tensor: Tensor;
  readonly parents: readonly Field[];
  /** In words; made on demand. */
  readonly place: () => string;
}

/** Messages around a record, and their place in words, which ends where a name follows. */
interface Around {
  readonly parents: readonly Field[];
  readonly within: () => string;
}

/**
 * All tensors of a model, in one place for callers that must miss none: initializers, sparse ones,
 * attributes of every kind and lists of them, in all graphs, bodies, functions and training graphs.
 * A field of ONNX that can hold a TensorProto belongs here.
 */
export function tensorsOf(model: Model): PlacedTensor[] {
  const found: PlacedTensor[] = [];
  inGraph(model.graph, { parents: [], within: () => '' }, found);
  for (const body of model.functions) {
    const within = () => `function ${body.domain}:${body.name}: `;
    const around = { parents: [body.field], within };
    inAttributes(body.attributes, around, found);
    inNodes(body.nodes, around, found);
  }
  for (const { graphs, field } of model.training) {
    for (const graph of graphs) {
      const within = () => `training graph '${graph.name}': `;
      inGraph(graph, { parents: [field], within }, found);
    }
  }
  return found;
}

/** Recursion follows the nesting of bodies, which the reader limits. */
function inGraph(graph: Graph, { parents, within }: Around, found: PlacedTensor[]): void {
  const inside = { parents: [...parents, graph.field], within };
  for (const tensor of graph.initializers) {
    const place = () => `${within()}initializer '${tensor.name}'`;
    found.push({ tensor, parents: inside.parents, place });
  }
  for (const sparse of graph.sparseInitializers) {
    inSparse(sparse, inside, () => `${within()}sparse initializer '${sparse.name}'`, found);
  }
  inNodes(graph.nodes, inside, found);
}

function inNodes(nodes: readonly Node[], { parents, within }: Around, found: PlacedTensor[]): void {
  for (const node of nodes) {
    // Most nodes hold none, and a model has thousands.
    if (!holdsTensors(node)) continue;
    const around = {
      parents: [...parents, node.field],
      within: () => `${nodePlace(node, within())} `,
    };
    inAttributes(node.attributes.values(), around, found);
  }
}

function holdsTensors({ attributes }: Node): boolean {
  if (attributes.size === 0) return false;
  for (const { tensors, sparseTensors, graphs } of attributes.values())
    if (tensors || sparseTensors || graphs) return true;
  return false;
}

function inAttributes(
  attributes: Iterable<Attribute>,
  { parents, within }: Around,
  found: PlacedTensor[],
): void {
  for (const { name, field, tensors = [], sparseTensors = [], graphs = [] } of attributes) {
    if (tensors.length + sparseTensors.length + graphs.length === 0) continue;
    const inside = { parents: [...parents, field], within };
    const place = () => `${within()}attribute '${name}'`;
    for (const tensor of tensors) found.push({ tensor, parents: inside.parents, place });
    for (const sparse of sparseTensors) inSparse(sparse, inside, place, found);
    for (const graph of graphs) {
      const body = () => `${within()}body '${graph.name}': `;
      inGraph(graph, { parents: inside.parents, within: body }, found);
    }
  }
}

function inSparse(
  { tensors, field }: SparseTensor,
  { parents }: Around,
  place: () => string,
  found: PlacedTensor[],
): void {
  for (const tensor of tensors) found.push({ tensor, parents: [...parents, field], place });
}

/** A node's name in messages. */
export function nodePlace({ name, index, opType }: Node, within = ''): string {
  return `${within}node ${name === '' ? `#${index}` : `'${name}'`} (${opType})`;
}

type External = Extract<TensorData, { kind: 'external' }>;

/** A tensor whose elements are in another file. */
export interface ExternalTensor extends PlacedTensor {
  readonly data: External;
}

/** All tensors with external data, wherever a model may hold one. */
export function externalTensors(model: Model): ExternalTensor[] {
  return tensorsOf(model).flatMap((placed) => {
    const { data } = placed.tensor;
    return data.kind === 'external' ? [{ ...placed, data }] : [];
  });
}

/** Locations of the files that hold a model's external data. */
export function externalLocations(model: Model): ReadonlySet<string> {
  argument.requireModel(model, 'externalLocations');
  return model.locations?.() ?? new Set(externalTensors(model).map(({ data }) => data.location));
}

/** A file of a model's external data. Errors: `NOT_FOUND` if it is not available. */
export function dataFile({ source, external }: Model, location: string): ByteSource {
  if (external) return external.read(location);
  throw new GraftError(
    'NOT_FOUND',
    `${source.label}: its external data in '${location}' is not available; open the model from its file.`,
  );
}

/** Bytes that a tensor takes in its file; undefined if they run to the file's end. */
export function externalLength({ dataType, dims }: Tensor, data: External): number | undefined {
  return data.length ?? (dataType && byteLengthOf(dataType, elementCount(dims)));
}

/** The range of a file that holds a tensor's data. */
export function externalRange(
  { tensor, data }: ExternalTensor,
  source: ByteSource,
): { readonly source: ByteSource; readonly start: number; readonly end: number } {
  const start = data.offset;
  const length = externalLength(tensor, data);
  return { source, start, end: length === undefined ? source.size : start + length };
}
