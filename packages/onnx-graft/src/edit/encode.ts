import protobuf from 'protobufjs/minimal.js';
import type { AttributeSpec, NodeSpec, TensorSpec, ValueSpec } from '../author/spec.ts';
import { dataTypeCode } from '../model/data-type.ts';
import { graphField } from '../model/read-graph.ts';
import { modelField } from '../model/read-model.ts';
import { joinPieces, type Piece, pieceLength } from '../wire/source.ts';

/** AttributeProto.AttributeType. */
const attributeType = {
  float: 1,
  int: 2,
  string: 3,
  tensor: 4,
  floats: 6,
  ints: 7,
  strings: 8,
} as const;

/** A varint, padded with continuation bytes to `width` when that is longer. */
export function encodeVarint(value: number, width = 1): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  do {
    bytes.push(rest % 128);
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  while (bytes.length < width) bytes.push(0);
  return Uint8Array.from(bytes, (byte, index) => (index < bytes.length - 1 ? byte | 0x80 : byte));
}

/** A length-delimited field over pieces: its tag and length, then the pieces untouched. */
export function encodeField(number: number, pieces: readonly Piece[], lengthWidth = 1): Piece[] {
  const length = pieces.reduce((sum, piece) => sum + pieceLength(piece), 0);
  return [encodeVarint(number * 8 + 2), encodeVarint(length, lengthWidth), ...pieces];
}

/** A NodeProto as a graph's field. */
export function encodeNode(node: NodeSpec): Uint8Array {
  const writer = protobuf.Writer.create();
  writer.uint32(graphField.node * 8 + 2).fork();
  for (const input of node.inputs) writer.uint32(10).string(input);
  for (const output of node.outputs) writer.uint32(18).string(output);
  writer.uint32(26).string(node.name);
  writer.uint32(34).string(node.opType);
  for (const [name, attribute] of Object.entries(node.attributes))
    writeAttribute(writer, name, attribute);
  if (node.domain !== '') writer.uint32(58).string(node.domain);
  return writer.ldelim().finish();
}

/** A TensorProto as a graph's initializer field; its data stays a piece of its own. */
export function encodeTensor(tensor: TensorSpec): Piece[] {
  return encodeField(graphField.initializer, tensorPieces(tensor));
}

/** A ValueInfoProto as a graph's `input`, `output` or `value_info` field. */
export function encodeValueInfo(
  value: ValueSpec,
  kind: 'input' | 'output' | 'valueInfo',
): Uint8Array {
  const writer = protobuf.Writer.create();
  writer.uint32(graphField[kind] * 8 + 2).fork();
  writer.uint32(10).string(value.name);
  writer.uint32(18).fork().uint32(10).fork();
  writer.uint32(8).int32(dataTypeCode(value.dataType));
  writer.uint32(18).fork();
  for (const dim of value.dims) {
    writer.uint32(10).fork();
    if (typeof dim === 'number') writer.uint32(8).int64(dim);
    else if (dim !== null) writer.uint32(18).string(dim);
    writer.ldelim();
  }
  return writer.ldelim().ldelim().ldelim().ldelim().finish();
}

/** A graph output that names a value and leaves its type to inference. */
export function encodeBareOutput(name: string): Uint8Array {
  const writer = protobuf.Writer.create();
  writer
    .uint32(graphField.output * 8 + 2)
    .fork()
    .uint32(10)
    .string(name);
  return writer.ldelim().finish();
}

/** A metadata_props entry as a model's field. */
export function encodeMetadata(key: string, value: string): Uint8Array {
  const writer = protobuf.Writer.create();
  writer.uint32(modelField.metadata * 8 + 2).fork();
  writer.uint32(10).string(key).uint32(18).string(value);
  return writer.ldelim().finish();
}

function tensorPieces(tensor: TensorSpec): Piece[] {
  const writer = protobuf.Writer.create();
  for (const dim of tensor.dims) writer.uint32(8).int64(dim);
  writer.uint32(16).int32(dataTypeCode(tensor.dataType));
  if (tensor.name !== '') writer.uint32(66).string(tensor.name);
  return [writer.finish(), ...encodeField(9, [tensor.data])];
}

function writeAttribute(writer: protobuf.Writer, name: string, attribute: AttributeSpec): void {
  writer.uint32(42).fork();
  writer.uint32(10).string(name);
  let type: number;
  if ('int' in attribute) {
    type = attributeType.int;
    writer.uint32(24).int64(attribute.int);
  } else if ('float' in attribute) {
    type = attributeType.float;
    writer.uint32(21).float(attribute.float);
  } else if ('string' in attribute) {
    type = attributeType.string;
    writer.uint32(34).string(attribute.string);
  } else if ('ints' in attribute) {
    type = attributeType.ints;
    for (const value of attribute.ints) writer.uint32(64).int64(value);
  } else if ('floats' in attribute) {
    type = attributeType.floats;
    for (const value of attribute.floats) writer.uint32(61).float(value);
  } else if ('strings' in attribute) {
    type = attributeType.strings;
    for (const value of attribute.strings) writer.uint32(74).string(value);
  } else {
    type = attributeType.tensor;
    writer.uint32(42).bytes(joinPieces(tensorPieces(attribute.tensor)));
  }
  writer.uint32(160).int32(type);
  writer.ldelim();
}
