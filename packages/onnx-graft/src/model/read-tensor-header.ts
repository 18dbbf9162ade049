import { limits } from '../limits.ts';
import { onnx } from '../wire/onnx-fields.ts';
import type { WireReader } from '../wire/wire-reader.ts';
import { dataTypeOf } from './data-type.ts';
import type { Field, SparseTensor, Tensor, TensorData } from './model.ts';

const tensorField = onnx.TensorProto;

const typedData: ReadonlySet<number> = new Set([
  tensorField.floatData,
  tensorField.int32Data,
  tensorField.stringData,
  tensorField.int64Data,
  tensorField.doubleData,
  tensorField.uint64Data,
]);

/** Reads everything of a tensor except its elements. */
export function readTensorHeader(reader: WireReader, field: Field): Tensor {
  reader.message(field);
  reader.count();
  let name = '';
  let type = 0;
  const dims: number[] = [];
  const typed: Field[] = [];
  let raw: Field | undefined;
  let external = false;
  const entries = new Map<string, string>();
  reader.fields(field.body, field.end, (part) => {
    if (part.number === tensorField.name) name = reader.string(part);
    else if (part.number === tensorField.dims) reader.ints(part, dims);
    else if (part.number === tensorField.dataType) type = reader.int(part);
    else if (part.number === tensorField.rawData) {
      reader.message(part);
      raw = part;
    } else if (part.number === tensorField.dataLocation) external = reader.int(part) === 1;
    else if (part.number === tensorField.externalData) {
      const [key, value] = readEntry(reader, part);
      entries.set(key, value);
    } else if (typedData.has(part.number)) typed.push(part);
  });
  checkDims(reader, field, name, dims);
  // Some writers leave an empty raw_data beside the field that holds the numbers.
  const data: TensorData = external
    ? externalData(reader, field, name, entries)
    : raw && (raw.end > raw.body || typed.length === 0)
      ? { kind: 'raw', start: raw.body, end: raw.end }
      : { kind: 'typed', fields: typed };
  return { name, dataType: dataTypeOf(type), dims, data, field };
}

/** Reads a SparseTensorProto: its shape, and the headers of its tensors. */
export function readSparseTensor(reader: WireReader, field: Field): SparseTensor {
  reader.message(field);
  const dims: number[] = [];
  const tensors: Tensor[] = [];
  let values: Tensor | undefined;
  reader.fields(field.body, field.end, (part) => {
    if (part.number === onnx.SparseTensorProto.dims) reader.ints(part, dims);
    else if (part.number === onnx.SparseTensorProto.values) {
      values = readTensorHeader(reader, part);
      tensors.push(values);
    } else if (part.number === onnx.SparseTensorProto.indices)
      tensors.push(readTensorHeader(reader, part));
  });
  const { name = '', dataType } = values ?? {};
  checkDims(reader, field, name, dims);
  return { name, dataType, dims, tensors, field };
}

function checkDims(reader: WireReader, field: Field, name: string, dims: readonly number[]): void {
  if (dims.length > limits.rank)
    reader.fail(field.start, `tensor '${name}' has ${dims.length} dimensions`);
  for (const dim of dims) {
    if (dim < 0 || !Number.isSafeInteger(dim))
      reader.fail(field.start, `tensor '${name}' has a dimension of ${dim}`);
  }
}

/** A StringStringEntryProto. */
export function readEntry(reader: WireReader, field: Field): [string, string] {
  reader.message(field);
  let key = '';
  let value = '';
  reader.fields(field.body, field.end, (part) => {
    if (part.number === onnx.StringStringEntryProto.key) key = reader.string(part);
    else if (part.number === onnx.StringStringEntryProto.value) value = reader.string(part);
  });
  return [key, value];
}

function externalData(
  reader: WireReader,
  field: Field,
  name: string,
  entries: ReadonlyMap<string, string>,
): TensorData {
  const number = (key: string): number | undefined => {
    const text = entries.get(key);
    if (text === undefined) return undefined;
    if (!/^\d{1,16}$/.test(text) || !Number.isSafeInteger(Number(text))) {
      reader.fail(
        field.start,
        `tensor '${name}' has external data with ${key} '${text.slice(0, 40)}', expected a whole number`,
      );
    }
    return Number(text);
  };
  const location = entries.get('location');
  if (!location)
    return reader.fail(field.start, `tensor '${name}' has external data without a location`);
  return { kind: 'external', location, offset: number('offset') ?? 0, length: number('length') };
}
