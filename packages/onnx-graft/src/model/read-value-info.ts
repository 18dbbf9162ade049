import { limits } from '../limits.ts';
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
    if (part.number === 1) name = reader.string(part);
    // TypeProto.tensor_type is field 1; sequences, maps and optionals stay undescribed.
    else if (part.number === 2)
      reader.fields(part.body, part.end, (type) => {
        if (type.number !== 1) return;
        reader.message(type);
        reader.fields(type.body, type.end, (tensor) => {
          if (tensor.number === 1) dataType = dataTypeOf(reader.int(tensor));
          else if (tensor.number === 2) dims = readShape(reader, tensor);
        });
      });
  });
  return { name, dataType, dims, field };
}

function readShape(reader: WireReader, field: Field): Dims {
  reader.message(field);
  const dims: Dims = [];
  reader.fields(field.body, field.end, (part) => {
    if (part.number !== 1) return;
    reader.message(part);
    if (dims.length >= limits.rank) reader.fail(part.start, 'a shape with too many dimensions');
    let dim: number | string | null = null;
    reader.fields(part.body, part.end, (kind) => {
      if (kind.number === 1) dim = reader.int(kind);
      else if (kind.number === 2) dim = reader.string(kind) || null;
    });
    dims.push(dim);
  });
  return dims;
}
