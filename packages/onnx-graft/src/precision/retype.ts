import { encodeField, encodeValueInfo, encodeVarint } from '../edit/encode.ts';
import { dataTypeCode } from '../model/data-type.ts';
import type { Model, Tensor, ValueInfo } from '../model/model.ts';
import type { Piece } from '../wire/source.ts';
import { WireReader } from '../wire/wire-reader.ts';

/** TensorProto fields that say the type, hold the elements or say where they are (onnx.proto). */
const ofElements: ReadonlySet<number> = new Set([2, 4, 5, 6, 7, 9, 10, 11, 13, 14]);

/** A tensor's record with float16 data in it; its other fields keep their bytes. */
export function retypeTensor(model: Model, tensor: Tensor, data: Piece): Piece[] {
  const { source } = model;
  const body: Piece[] = [];
  new WireReader(source).fields(tensor.field.body, tensor.field.end, (field) => {
    if (!ofElements.has(field.number)) body.push({ source, start: field.start, end: field.end });
  });
  body.push(encodeVarint(16), encodeVarint(dataTypeCode('float16')));
  return encodeField(tensor.field.number, [...body, ...encodeField(9, [data])]);
}

/** A value's record with type float16; nothing where it says no shape, for the type follows from the graph. */
export function retypeValue({ name, dims }: ValueInfo, kind: 'input' | 'valueInfo'): Piece[] {
  return dims ? [encodeValueInfo({ name, dataType: 'float16', dims }, kind)] : [];
}
