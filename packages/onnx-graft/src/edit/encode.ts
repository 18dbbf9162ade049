import type { AttributeSpec, NodeSpec, TensorSpec, ValueSpec } from '../author/spec.ts';
import { dataTypeCode } from '../model/data-type.ts';
import { FieldWriter } from '../wire/field-writer.ts';
import { attributeType, onnx } from '../wire/onnx-fields.ts';
import { joinPieces, type Piece, pieceLength } from '../wire/source.ts';

/** A varint, padded with continuation bytes to `width` if that is longer. */
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

/** A length-delimited field over pieces: its tag and length, then the pieces unchanged. */
export function encodeField(number: number, pieces: readonly Piece[], lengthWidth = 1): Piece[] {
  const length = pieces.reduce((sum, piece) => sum + pieceLength(piece), 0);
  return [encodeVarint(number * 8 + 2), encodeVarint(length, lengthWidth), ...pieces];
}

/** A NodeProto as a graph's field. */
export function encodeNode(node: NodeSpec): Uint8Array {
  const field = onnx.NodeProto;
  return message(onnx.GraphProto.node, (writer) => {
    for (const input of node.inputs) writer.text(field.input, input);
    for (const output of node.outputs) writer.text(field.output, output);
    writer.text(field.name, node.name).text(field.opType, node.opType);
    for (const [name, attribute] of Object.entries(node.attributes))
      writer.message(field.attribute, (inside) => writeAttribute(inside, name, attribute));
    if (node.domain !== '') writer.text(field.domain, node.domain);
  });
}

/** A TensorProto as a graph's initializer field; its data stays a separate piece. */
export function encodeTensor(tensor: TensorSpec): Piece[] {
  return encodeField(onnx.GraphProto.initializer, tensorPieces(tensor));
}

/** A ValueInfoProto as a graph's `input`, `output` or `value_info` field. */
export function encodeValueInfo(
  { name, dataType, dims }: ValueSpec,
  kind: 'input' | 'output' | 'valueInfo',
): Uint8Array {
  const { dimValue, dimParam } = onnx.TensorShapeProtoDimension;
  return message(onnx.GraphProto[kind], (value) =>
    value.text(onnx.ValueInfoProto.name, name).message(onnx.ValueInfoProto.type, (type) =>
      type.message(onnx.TypeProto.tensorType, (tensor) =>
        tensor
          .int(onnx.TypeProtoTensor.elemType, dataTypeCode(dataType))
          .message(onnx.TypeProtoTensor.shape, (shape) => {
            for (const size of dims) {
              shape.message(onnx.TensorShapeProto.dim, (dim) => {
                if (typeof size === 'number') dim.int(dimValue, size);
                else if (size !== null) dim.text(dimParam, size);
              });
            }
          }),
      ),
    ),
  );
}

/** A graph output that names a value and leaves its type to inference. */
export function encodeBareOutput(name: string): Uint8Array {
  return message(onnx.GraphProto.output, (value) => value.text(onnx.ValueInfoProto.name, name));
}

/** A metadata_props entry as a model's field. */
export function encodeMetadata(key: string, value: string): Uint8Array {
  return encodeEntry(onnx.ModelProto.metadataProps, key, value);
}

/** A StringStringEntryProto as a field of any message. */
export function encodeEntry(field: number, key: string, value: string): Uint8Array {
  const entry = onnx.StringStringEntryProto;
  return message(field, (writer) => writer.text(entry.key, key).text(entry.value, value));
}

function message(field: number, write: (inside: FieldWriter) => void): Uint8Array {
  return new FieldWriter().message(field, write).finish();
}

function tensorPieces({ name, dataType, dims, data }: TensorSpec): Piece[] {
  const field = onnx.TensorProto;
  const writer = new FieldWriter();
  for (const dim of dims) writer.int(field.dims, dim);
  writer.int(field.dataType, dataTypeCode(dataType));
  if (name !== '') writer.text(field.name, name);
  return [writer.finish(), ...encodeField(field.rawData, [data])];
}

function writeAttribute(writer: FieldWriter, name: string, attribute: AttributeSpec): void {
  const field = onnx.AttributeProto;
  writer.text(field.name, name);
  let type: number;
  if ('int' in attribute) {
    type = attributeType.INT;
    writer.int(field.i, attribute.int);
  } else if ('float' in attribute) {
    type = attributeType.FLOAT;
    writer.float(field.f, attribute.float);
  } else if ('string' in attribute) {
    type = attributeType.STRING;
    writer.text(field.s, attribute.string);
  } else if ('ints' in attribute) {
    type = attributeType.INTS;
    for (const value of attribute.ints) writer.int(field.ints, value);
  } else if ('floats' in attribute) {
    type = attributeType.FLOATS;
    for (const value of attribute.floats) writer.float(field.floats, value);
  } else if ('strings' in attribute) {
    type = attributeType.STRINGS;
    for (const value of attribute.strings) writer.text(field.strings, value);
  } else {
    type = attributeType.TENSOR;
    writer.bytes(field.t, joinPieces(tensorPieces(attribute.tensor)));
  }
  writer.int(field.type, type);
}
