import type { Field, Model, Node } from '../model/model.ts';
import { onnx } from '../wire/onnx-fields.ts';
import {
  type ByteSource,
  joinPieces,
  type Piece,
  pieceLength,
  pieceSource,
} from '../wire/source.ts';
import { encodeText } from '../wire/text.ts';
import { WireReader } from '../wire/wire-reader.ts';
import { encodeField, encodeVarint } from './encode.ts';

/** Replaces bytes [start, end) of a model's source by pieces; equal bounds insert. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly pieces: readonly Piece[];
  /** The messages around it, outermost first, whose lengths are rewritten. */
  readonly parents: readonly Field[];
}

/** Width in bytes of a field's length prefix. */
export function lengthWidth(source: ByteSource, field: Field): number {
  return field.body - field.start - tagOf(source, field).length;
}

/** A field's tag, unchanged: protobuf lets a writer use more bytes than needed. */
function tagOf(source: ByteSource, field: Field): Uint8Array {
  const head = source.read(field.start, field.body);
  return head.subarray(0, 1 + head.findIndex((byte) => byte < 0x80));
}

/** Width in bytes of the shortest prefix for a field's present length. */
export function shortestLengthWidth(field: Field): number {
  return encodeVarint(field.end - field.body).length;
}

/**
 * Applies edits and returns the new bytes as pieces over the old, without reading what is between
 * the edits. A message with a padded tag or length prefix keeps the padding; `widths` forces the
 * width of a given message.
 */
export function rewrite(
  model: Model,
  edits: readonly Edit[],
  widths: ReadonlyMap<Field, number> = new Map(),
): ByteSource {
  const { source } = model;
  const pieces = rewriteRange(source, 0, source.size, edits, 0, widths);
  return pieceSource(pieces, source.label);
}

function rewriteRange(
  source: ByteSource,
  start: number,
  end: number,
  edits: readonly Edit[],
  depth: number,
  widths: ReadonlyMap<Field, number>,
): Piece[] {
  const pieces: Piece[] = [];
  let at = start;
  const keepUntil = (to: number): void => {
    if (to > at) pieces.push({ source, start: at, end: to });
  };
  for (const group of groupByParent(edits, depth)) {
    const { parent } = group;
    keepUntil(parent ? parent.start : group.edits[0]!.start);
    if (parent) {
      const body = rewriteRange(source, parent.body, parent.end, group.edits, depth + 1, widths);
      const now = lengthWidth(source, parent);
      const width = widths.get(parent) ?? (now > shortestLengthWidth(parent) ? now : 1);
      const length = body.reduce((sum, piece) => sum + pieceLength(piece), 0);
      pieces.push(tagOf(source, parent), encodeVarint(length, width), ...body);
      at = parent.end;
    } else {
      const edit = group.edits[0]!;
      pieces.push(...edit.pieces);
      at = edit.end;
    }
  }
  keepUntil(end);
  return pieces;
}

/** Edits in file order, grouped by child message. */
function groupByParent(
  edits: readonly Edit[],
  depth: number,
): { parent: Field | undefined; edits: Edit[] }[] {
  const place = (edit: Edit): number => edit.parents[depth]?.start ?? edit.start;
  const sorted = edits
    .map((edit, order) => ({ edit, order }))
    .sort((a, b) => place(a.edit) - place(b.edit) || a.order - b.order);
  const groups: { parent: Field | undefined; edits: Edit[] }[] = [];
  for (const { edit } of sorted) {
    const parent = edit.parents[depth];
    const last = groups.at(-1);
    if (parent && last?.parent?.start === parent.start) last.edits.push(edit);
    else groups.push({ parent, edits: [edit] });
  }
  return groups;
}

/**
 * A node's record with some inputs or outputs renamed; all other bytes stay.
 *
 * @param inputs new names by input position
 * @param outputs new names by output position
 */
export function renameValues(
  model: Model,
  node: Node,
  inputs: ReadonlyMap<number, string>,
  outputs: ReadonlyMap<number, string> = new Map(),
): Uint8Array {
  const { source } = model;
  const reader = new WireReader(source);
  const body: Parameters<typeof joinPieces>[0][number][] = [];
  const next = { input: 0, output: 0 };
  const renamed = ({ number }: Field): string | undefined => {
    if (number === onnx.NodeProto.input) return inputs.get(next.input++);
    return number === onnx.NodeProto.output ? outputs.get(next.output++) : undefined;
  };
  const copy = (field: Field): void => {
    body.push({ source, start: field.start, end: field.end });
  };
  reader.fields(node.field.body, node.field.end, (field) => {
    const name = renamed(field);
    if (name === undefined) copy(field);
    else body.push(...encodeField(field.number, [encodeText(name)]));
  });
  return joinPieces(encodeField(node.field.number, body));
}
