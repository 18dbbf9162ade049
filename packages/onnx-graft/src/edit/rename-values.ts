import type { Field, Model, Node } from '../model/model.ts';
import { onnx } from '../wire/onnx-fields.ts';
import { joinPieces } from '../wire/source.ts';
import { encodeText } from '../wire/text.ts';
import { WireReader } from '../wire/wire-reader.ts';
import { encodeField } from './encode.ts';

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
