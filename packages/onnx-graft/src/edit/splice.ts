import { requireModel } from '../argument.ts';
import type { Fragment, TensorSpec, ValueSpec } from '../author/spec.ts';
import { GraftError } from '../error.ts';
import type { Field, Model, Node } from '../model/model.ts';
import { readLater, sameData } from '../model/read-model.ts';
import type { Piece } from '../wire/source.ts';
import { encodeMetadata, encodeNode, encodeTensor, encodeValueInfo } from './encode.ts';
import { type Edit, lengthWidth, renameValues, rewrite, shortestLengthWidth } from './rewrite.ts';

/** A site, and the value that its uses will read. */
export interface Redirect extends Site {
  readonly to: string;
}

/** A fragment and what reads its outputs; inserted before the first reader. */
export interface PlacedFragment {
  readonly fragment: Fragment;
  readonly redirects: readonly Redirect[];
}

/** A graph input to add; optional for callers if it has a default. */
export interface AddedInput {
  readonly value: ValueSpec;
  readonly default?: TensorSpec;
}

export interface Splice {
  readonly fragments: readonly PlacedFragment[];
  readonly inputs: readonly AddedInput[];
  /** Values of the fragments that become graph outputs, after the model's own. */
  readonly outputs?: readonly ValueSpec[];
  /** The metadata entry that marks the edit, given what is needed to undo it. */
  readonly stamp: (undo: SpliceUndo) => { readonly key: string; readonly value: string };
}

/** Data that {@link unsplice} needs, to be kept in the file. */
export interface SpliceUndo {
  /** Prefix of every added node and initializer, named `${prefix}/…`. */
  readonly prefix: string;
  readonly inputs: readonly string[];
  /** Added graph outputs. */
  readonly outputs?: readonly string[] | undefined;
  /** Original value by the name that replaced it. */
  readonly redirects: Readonly<Record<string, string>>;
  /** Width of the graph's length prefix if its writer had padded it. */
  readonly graphLengthWidth?: number | undefined;
  /** Original records, base64, of redirected nodes with unusual encodings, by first output. */
  readonly records?: Readonly<Record<string, string>> | undefined;
}

/**
 * Adds fragments to a model's main graph and redirects the uses of sites to them.
 *
 * Everything else keeps its bytes. Fragments come before the first node that reads them, so a
 * sorted graph stays sorted. The given model is unchanged.
 *
 * Errors: `INVALID_ARGUMENT` if a redirect names a use that does not read its value.
 */
export function splice(model: Model, prefix: string, edit: Splice): Model {
  requireModel(model, 'splice');
  const graph = model.graph;
  const edits: Edit[] = [];
  const parents = [graph.field];
  const renamed = new Map<Node, Map<number, string>>();
  // Values may have any name, even `__proto__`.
  const redirects: Record<string, string> = Object.create(null);
  for (const { fragment, redirects: list } of edit.fragments) {
    const readers = list.flatMap((redirect) => redirect.uses.map((use) => use.node));
    const first = graph.nodes[Math.min(...readers)];
    if (!first)
      throw new GraftError(
        'INVALID_ARGUMENT',
        `${model.source.label}: a fragment has no reader, so it has no place.`,
      );
    const at = first.field.start;
    edits.push({ start: at, end: at, pieces: fragment.nodes.map(encodeNode), parents });
    for (const redirect of list) {
      redirects[redirect.to] = redirect.value;
      for (const use of redirect.uses) {
        const node = graph.nodes[use.node];
        if (node?.inputs[use.input] !== redirect.value) {
          throw new GraftError(
            'INVALID_ARGUMENT',
            `${model.source.label}: node ${use.node} does not read '${redirect.value}' as input ${use.input}.`,
          );
        }
        const names = renamed.get(node) ?? new Map<number, string>();
        renamed.set(node, names.set(use.input, redirect.to));
      }
    }
  }
  const records: Record<string, string> = Object.create(null);
  for (const [node, names] of renamed) {
    edits.push({
      start: node.field.start,
      end: node.field.end,
      pieces: [renameValues(model, node, names)],
      parents,
    });
    const original = model.source.read(node.field.start, node.field.end);
    const back = new Map([...names.keys()].map((input) => [input, node.inputs[input]!]));
    if (!sameBytes(renameValues(model, node, back), original))
      records[nodeKey(node)] = toBase64(original);
  }
  const initializers = edit.fragments.flatMap(({ fragment }) => fragment.initializers);
  edits.push({
    start: graph.field.end,
    end: graph.field.end,
    pieces: tail(model, edit, initializers),
    parents,
  });
  const width = lengthWidth(model.source, graph.field);
  const padded = width > shortestLengthWidth(graph.field);
  const stamp = edit.stamp({
    prefix,
    inputs: edit.inputs.map(({ value }) => value.name),
    ...(edit.outputs?.length ? { outputs: edit.outputs.map(({ name }) => name) } : {}),
    redirects,
    ...(padded ? { graphLengthWidth: width } : {}),
    ...(Object.keys(records).length > 0 ? { records } : {}),
  });
  const end = model.source.size;
  edits.push({ start: end, end, pieces: [encodeMetadata(stamp.key, stamp.value)], parents: [] });
  return readLater(
    rewrite(model, edits, new Map<Field, number>(padded ? [[graph.field, width]] : [])),
    sameData(model),
  );
}

/** A node's key in {@link SpliceUndo.records}: its first output, which is unique; names are not. */
export function nodeKey(node: Node): string {
  return node.outputs.find((name) => name !== '') ?? node.name;
}

/**
 * Initializers, inputs and outputs, at the graph's end. Before IR version 4 every initializer must
 * be an input too.
 */
function tail(model: Model, edit: Splice, initializers: readonly TensorSpec[]): Piece[] {
  const listed =
    model.irVersion < 4
      ? initializers.map(({ name, dataType, dims }): ValueSpec => ({ name, dataType, dims }))
      : [];
  const defaults = edit.inputs.flatMap((input) => input.default ?? []);
  const values = [...edit.inputs.map((input) => input.value), ...listed];
  return [
    ...[...initializers, ...defaults].flatMap(encodeTensor),
    ...values.map((value) => encodeValueInfo(value, 'input')),
    ...(edit.outputs ?? []).map((value) => encodeValueInfo(value, 'output')),
    ...edit.fragments
      .flatMap(({ fragment }) => fragment.values ?? [])
      .map((value) => encodeValueInfo(value, 'valueInfo')),
  ];
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

function toBase64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}

/** One place where a node reads a value. */
export interface Use {
  /** Index of the reading node in the main graph. */
  readonly node: number;
  /** Index of its input. */
  readonly input: number;
}

/** A value and the uses to redirect. */
export interface Site {
  readonly value: string;
  readonly uses: readonly Use[];
}

/** Layout of a skip feature: NCHW, channels last, or one row of channels per pixel (N, H·W, C). */
export type SiteLayout = 'NCHW' | 'NHWC' | 'tokens';

/** A skip connection: the encoder's value, and the decoder merge that reads it. */
export interface SkipSite extends Site {
  /** Level 1 is full resolution. Sites share a level if a model runs its network several times. */
  readonly level: number;
  readonly channels: number;
  readonly layout: SiteLayout;
  /** Tokens only: an NCHW value made before the merge, with the height and width the rows lost. */
  readonly extent?: string | undefined;
  /** Downsampling factor relative to the input: 1, 2, 4, … */
  readonly scale: number;
  readonly join: 'concat' | 'add' | 'mul';
  /** Name (or first output, if it has none) of the merging node. */
  readonly consumer: string;
  readonly evidence: readonly string[];
}

/** A rejected candidate. */
export interface RejectedSite {
  readonly value: string;
  readonly reason: string;
}
