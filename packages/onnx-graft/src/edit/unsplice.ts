import { requireModel } from '../argument.ts';
import { GraftError } from '../error.ts';
import type { Field, Model, Node } from '../model/model.ts';
import { readGraph, readNode } from '../model/read-graph.ts';
import { readLater, sameData } from '../model/read-model.ts';
import { readEntry } from '../model/read-tensor.ts';
import { onnx } from '../wire/onnx-fields.ts';
import { bytesSource } from '../wire/source.ts';
import { WireReader } from '../wire/wire-reader.ts';
import { type Edit, renameValues, rewrite } from './rewrite.ts';
import { nodeKey, type SpliceUndo } from './splice.ts';

export interface UnspliceOptions {
  /**
   * Whether the rest may read what is removed, which is enough to look at it and not to run it.
   * Default: false.
   */
  readonly isPartial?: boolean;
}

/**
 * Removes a splice. If nothing else changed the file since, the result is the original byte for
 * byte; the caller proves that by its digest.
 *
 * Errors: `NOT_GRAFTED` if nothing of the splice is left in the model; `CORRUPT_FILE` if the rest
 * reads what would be removed, because another program rewrote the model.
 *
 * @param key the metadata entry that {@link splice} wrote
 */
export function unsplice(
  model: Model,
  key: string,
  undo: SpliceUndo,
  { isPartial = false }: UnspliceOptions = {},
): Model {
  requireModel(model, 'unsplice');
  const { graph } = model;
  const parents = [graph.field];
  const edits: Edit[] = [];
  const drop = (field: Field, around: readonly Field[]): void => {
    edits.push({ start: field.start, end: field.end, pieces: [], parents: around });
  };
  const added = (name: string): boolean => name.startsWith(`${undo.prefix}/`);
  const inputs = new Set(undo.inputs);
  for (const node of graph.nodes) {
    if (added(node.name)) drop(node.field, parents);
    else {
      const names = originalNames(node, undo);
      if (names.size > 0) edits.push(restoreNode(model, node, names, undo, parents));
    }
  }
  for (const tensor of graph.initializers)
    if (added(tensor.name) || inputs.has(tensor.name)) drop(tensor.field, parents);
  for (const input of graph.inputs)
    if (added(input.name) || inputs.has(input.name)) drop(input.field, parents);
  // Only what the splice's own nodes make: tampered metadata cannot remove an output of the host.
  const made = new Set(graph.nodes.filter(({ name }) => added(name)).flatMap((n) => n.outputs));
  const outputs = new Set(undo.outputs?.filter((name) => made.has(name)));
  for (const output of graph.outputs) if (outputs.has(output.name)) drop(output.field, parents);
  for (const info of graph.valueInfos) if (added(info.name)) drop(info.field, parents);
  if (edits.length === 0) {
    throw new GraftError(
      'NOT_GRAFTED',
      `${model.source.label}: nothing named '${undo.prefix}/…' is in it; another program renamed its nodes since, so take the original file instead.`,
    );
  }
  if (!isPartial) requireWhole(model, undo, added);
  const reader = new WireReader(model.source);
  for (const field of model.fields) {
    if (field.number === onnx.ModelProto.metadataProps && readEntry(reader, field)[0] === key)
      drop(field, []);
  }
  const width = undo.graphLengthWidth;
  return readLater(
    rewrite(model, edits, new Map(width === undefined ? [] : [[graph.field, width]])),
    sameData(model),
  );
}

/** Rejects a model whose remaining nodes or outputs would read what is removed. */
function requireWhole(model: Model, undo: SpliceUndo, added: (name: string) => boolean): void {
  const { nodes, initializers, outputs } = model.graph;
  const removed = new Set([
    ...(undo.inputs ?? []),
    ...nodes.filter(({ name }) => added(name)).flatMap((node) => node.outputs),
    ...initializers.map(({ name }) => name).filter(added),
  ]);
  const restored = new Set(Object.keys(undo.redirects));
  const left = nodes.filter(({ name }) => !added(name));
  const dropped = new Set(undo.outputs);
  const broken =
    left.find(
      ({ inputs, subgraphs }) =>
        inputs.some((name) => removed.has(name) && !restored.has(name)) ||
        subgraphs.some(({ nodes: inside }) =>
          inside.some((node) => readBy(node).some((name) => removed.has(name))),
        ),
    ) ?? outputs.find(({ name }) => removed.has(name) && !dropped.has(name));
  if (broken === undefined) return;
  throw new GraftError(
    'CORRUPT_FILE',
    `${model.source.label}: '${broken.name}' reads values of the graft, so the rest would not be a model: another program, such as an optimiser or a converter, rewrote the file after it was grafted. Take the original file instead; optimise or convert a host before it is grafted.`,
  );
}

/** What a node reads, in its bodies too. */
function readBy({ inputs, subgraphs }: Node): string[] {
  return [...inputs, ...subgraphs.flatMap(({ nodes }) => nodes.flatMap(readBy))];
}

function originalNames(node: Node, undo: SpliceUndo): Map<number, string> {
  const names = new Map<number, string>();
  node.inputs.forEach((input, index) => {
    const original = Object.hasOwn(undo.redirects, input) ? undo.redirects[input] : undefined;
    if (original !== undefined) names.set(index, original);
  });
  return names;
}

function restoreNode(
  model: Model,
  node: Node,
  names: ReadonlyMap<number, string>,
  undo: SpliceUndo,
  parents: readonly Field[],
): Edit {
  const record =
    undo.records && Object.hasOwn(undo.records, nodeKey(node))
      ? undo.records[nodeKey(node)]
      : undefined;
  const plain = renameValues(model, node, names);
  const bytes = record === undefined ? plain : originalRecord(model, record, plain);
  return { start: node.field.start, end: node.field.end, pieces: [bytes], parents };
}

/** A kept record, checked to equal the record with its inputs restored. */
function originalRecord(model: Model, record: string, plain: Uint8Array): Uint8Array {
  try {
    const bytes = Uint8Array.from(atob(record), (char) => char.charCodeAt(0));
    if (nodeText(bytes) === nodeText(plain)) return bytes;
  } catch {}
  throw new GraftError(
    'CORRUPT_FILE',
    `${model.source.label}: what the graft kept of a node is not that node; the file's metadata was changed.`,
  );
}

/** Contents of one encoded node, whatever the encoding. */
function nodeText(bytes: Uint8Array): string {
  const reader = new WireReader(bytesSource(bytes));
  const nodes: string[] = [];
  reader.fields(0, bytes.length, (field) => {
    const node = readNode(reader, field, 0, (body) => readGraph(reader, body, 1));
    const { name, opType, domain, inputs, outputs, attributes } = node;
    nodes.push(
      JSON.stringify([field.number, name, opType, domain, inputs, outputs, [...attributes.keys()]]),
    );
  });
  return nodes.join();
}
