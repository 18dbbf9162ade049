import { limits } from '../limits.ts';
import { onnx } from '../wire/onnx-fields.ts';
import type { WireReader } from '../wire/wire-reader.ts';
import { type DataType, dataTypeOf } from './data-type.ts';
import type { Field, ValueInfo } from './model.ts';

type Dims = (number | string | null)[];

/** Reads a ValueInfoProto: a name and, for tensors, element type and dimensions. */
export function readValueInfo(reader: WireReader, field: Field): ValueInfo {
  reader.message(field);
  reader.count();
  let name = '';
  let dataType: DataType | undefined;
  let dims: Dims | undefined;
  reader.fields(field.body, field.end, (part) => {
    if (part.number === onnx.ValueInfoProto.name) name = reader.string(part);
    // Sequences, maps and optionals stay undescribed.
    else if (part.number === onnx.ValueInfoProto.type)
      reader.fields(part.body, part.end, (type) => {
        if (type.number !== onnx.TypeProto.tensorType) return;
        reader.message(type);
        reader.fields(type.body, type.end, (tensor) => {
          if (tensor.number === onnx.TypeProtoTensor.elemType)
            dataType = dataTypeOf(reader.int(tensor));
          else if (tensor.number === onnx.TypeProtoTensor.shape) dims = readShape(reader, tensor);
        });
      });
  });
  return { name, dataType, dims, field };
}

function readShape(reader: WireReader, field: Field): Dims {
  reader.message(field);
  const dims: Dims = [];
  reader.fields(field.body, field.end, (part) => {
    if (part.number !== onnx.TensorShapeProto.dim) return;
    reader.message(part);
    if (dims.length >= limits.rank) reader.fail(part.start, 'a shape with too many dimensions');
    let dim: number | string | null = null;
    reader.fields(part.body, part.end, (kind) => {
      if (kind.number === onnx.TensorShapeProtoDimension.dimValue) dim = open(reader.int(kind));
      else if (kind.number === onnx.TensorShapeProtoDimension.dimParam)
        dim = reader.string(kind) || null;
    });
    dims.push(dim);
  });
  return dims;
}

/** Some exporters write -1 for a size that is left open. */
function open(size: number): number | null {
  return size < 0 ? null : size;
}
