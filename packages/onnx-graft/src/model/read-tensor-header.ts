import { limits } from '../limits.ts';
import type { WireReader } from '../wire/wire-reader.ts';
import { dataTypeOf } from './data-type.ts';
import type { Field, Tensor, TensorData } from './model.ts';

/** Field numbers of TensorProto (onnx.proto). */
const tensorField = {
  dims: 1,
  dataType: 2,
  floatData: 4,
  int32Data: 5,
  stringData: 6,
  int64Data: 7,
  name: 8,
  rawData: 9,
  doubleData: 10,
  uint64Data: 11,
  externalData: 13,
  dataLocation: 14,
} as const;

const typedData: ReadonlySet<number> = new Set([
  tensorField.floatData,
  tensorField.int32Data,
  tensorField.stringData,
  tensorField.int64Data,
  tensorField.doubleData,
  tensorField.uint64Data,
]);

/** Reads everything of a tensor but its elements. */
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
  if (dims.length > limits.rank)
    reader.fail(field.start, `tensor '${name}' has ${dims.length} dimensions`);
  for (const dim of dims) {
    if (dim < 0 || !Number.isSafeInteger(dim))
      reader.fail(field.start, `tensor '${name}' has a dimension of ${dim}`);
  }
  // Some writers leave an empty raw_data beside the field that holds the numbers.
  const data: TensorData = external
    ? externalData(reader, field, name, entries)
    : raw && (raw.end > raw.body || typed.length === 0)
      ? { kind: 'raw', start: raw.body, end: raw.end }
      : { kind: 'typed', fields: typed };
  return { name, dataType: dataTypeOf(type), dims, data, field };
}

/** A StringStringEntryProto. */
export function readEntry(reader: WireReader, field: Field): [string, string] {
  reader.message(field);
  let key = '';
  let value = '';
  reader.fields(field.body, field.end, (part) => {
    if (part.number === 1) key = reader.string(part);
    else if (part.number === 2) value = reader.string(part);
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
