import { encodeField, encodeValueInfo } from '../edit/encode.ts';
import { dataTypeCode } from '../model/data-type.ts';
import type { Model, Tensor, ValueInfo } from '../model/model.ts';
import { FieldWriter } from '../wire/field-writer.ts';
import { onnx } from '../wire/onnx-fields.ts';
import type { Piece } from '../wire/source.ts';
import { WireReader } from '../wire/wire-reader.ts';

const field = onnx.TensorProto;

/** TensorProto fields that say the type, hold the elements or say where they are (onnx.proto). */
const ofElements: ReadonlySet<number> = new Set([
  ...[field.dataType, field.floatData, field.int32Data, field.stringData, field.int64Data],
  ...[field.rawData, field.doubleData, field.uint64Data, field.externalData, field.dataLocation],
]);

/** A tensor's record with float16 data in it; its other fields keep their bytes. */
export function retypeTensor(model: Model, tensor: Tensor, data: Piece): Piece[] {
  const { source } = model;
  const body: Piece[] = [];
  new WireReader(source).fields(tensor.field.body, tensor.field.end, ({ number, start, end }) => {
    if (!ofElements.has(number)) body.push({ source, start, end });
  });
  body.push(new FieldWriter().int(field.dataType, dataTypeCode('float16')).finish());
  return encodeField(tensor.field.number, [...body, ...encodeField(field.rawData, [data])]);
}

/** A value's record with type float16; nothing where it says no shape, for the type follows from the graph. */
export function retypeValue({ name, dims }: ValueInfo, kind: 'input' | 'valueInfo'): Piece[] {
  return dims ? [encodeValueInfo({ name, dataType: 'float16', dims }, kind)] : [];
}
