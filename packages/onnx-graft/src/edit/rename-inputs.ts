import type { Field, Model, Node } from '../model/model.ts';
import { nodeField } from '../model/read-node.ts';
import { joinPieces } from '../wire/source.ts';
import { WireReader } from '../wire/wire-reader.ts';
import { encodeField } from './encode.ts';

const utf8 = new TextEncoder();

/**
 * A node's record with some of its inputs named anew; all its other bytes stay.
 *
 * @param names new names by input position
 */
export function renameInputs(
  model: Model,
  node: Node,
  names: ReadonlyMap<number, string>,
): Uint8Array {
  const { source } = model;
  const reader = new WireReader(source);
  const body: Parameters<typeof joinPieces>[0][number][] = [];
  let position = 0;
  const copy = (field: Field): void => {
    body.push({ source, start: field.start, end: field.end });
  };
  reader.fields(node.field.body, node.field.end, (field) => {
    const name = field.number === nodeField.input ? names.get(position++) : undefined;
    if (name === undefined) copy(field);
    else body.push(...encodeField(nodeField.input, [utf8.encode(name)]));
  });
  return joinPieces(encodeField(node.field.number, body));
}
