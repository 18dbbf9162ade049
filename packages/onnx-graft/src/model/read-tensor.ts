import { requireModel } from '../argument.ts';
import { GraftError } from '../error.ts';
import { limits } from '../limits.ts';
import { fromFloat16 } from '../number/number-bytes.ts';
import { onnx } from '../wire/onnx-fields.ts';
import type { ByteSource } from '../wire/source.ts';
import { WireReader } from '../wire/wire-reader.ts';
import { byteLengthOf, type DataType, dataTypeOf } from './data-type.ts';
import type { Field, Model, SparseTensor, Tensor, TensorData } from './model.ts';

/** Number of elements of a tensor; 1 for a scalar. */
export function elementCount(dims: readonly number[]): number {
  return dims.reduce((product, dim) => product * dim, 1);
}

const numberReaders: Partial<Record<DataType, (view: DataView, at: number) => number>> = {
  float32: (view, at) => view.getFloat32(at * 4, true),
  float16: (view, at) => fromFloat16(Uint16Array.of(view.getUint16(at * 2, true)))[0]!,
  float64: (view, at) => view.getFloat64(at * 8, true),
  int64: (view, at) => view.getInt32(at * 8 + 4, true) * 2 ** 32 + view.getUint32(at * 8, true),
  int32: (view, at) => view.getInt32(at * 4, true),
  uint8: (view, at) => view.getUint8(at),
  bool: (view, at) => view.getUint8(at),
};

/**
 * Numbers of a tensor of a few elements, at most `most`. undefined for more, for other types, and
 * for data that is damaged or missing, which `checkModel` reports.
 *
 * @example smallNumbers(model, model.graph.initializers[0]!, 64) // [0.485, 0.456, 0.406]
 */
export function smallNumbers(
  model: Model,
  tensor: Tensor,
  most: number,
): readonly number[] | undefined {
  const { dataType, dims } = tensor;
  const count = elementCount(dims);
  const read = dataType && numberReaders[dataType];
  if (!read || !(count <= most)) return undefined;
  let bytes: Uint8Array;
  try {
    bytes = readTensor(model, tensor);
  } catch {
    return undefined;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: count }, (_, at) => read(view, at));
}

/**
 * Little-endian bytes of a tensor, or of its elements [from, to).
 *
 * Reads no more than it returns, except from typed fields, which are decoded whole.
 * Errors: `CORRUPT_FILE` if bytes and dimensions disagree, `UNSUPPORTED_HOST` for strings and
 * unknown types, `NOT_FOUND` for missing external data.
 *
 * @example
 * new Float32Array(readTensor(model, model.graph.initializers[0]!).slice().buffer);
 */
export function readTensor(
  model: Model,
  tensor: Tensor,
  options: {
    readonly from?: number;
    readonly to?: number;
  } = {},
): Uint8Array {
  requireModel(model, 'readTensor');
  const count = elementCount(tensor.dims);
  const width = tensor.dataType && byteLengthOf(tensor.dataType, 2);
  const place = `${model.source.label}: tensor '${tensor.name}'`;
  if (!tensor.dataType || width === undefined) {
    throw new GraftError(
      'UNSUPPORTED_HOST',
      `${place}: its element type cannot be read as numbers.`,
    );
  }
  const length = byteLengthOf(tensor.dataType, count)!;
  const start = byteLengthOf(tensor.dataType, options.from ?? 0)!;
  const end = byteLengthOf(tensor.dataType, Math.min(options.to ?? count, count))!;
  const { data } = tensor;
  if (data.kind === 'raw') {
    checkLength(place, data.end - data.start, length);
    return model.source.read(data.start + start, data.start + end);
  }
  if (data.kind === 'external') {
    if (!model.external) {
      throw new GraftError(
        'NOT_FOUND',
        `${place}: its elements are in '${data.location}', which is not available; open the model from its file.`,
      );
    }
    if (data.length !== undefined) checkLength(place, data.length, length);
    return model.external.read(data.location).read(data.offset + start, data.offset + end);
  }
  if (tensor.dataType.startsWith('complex')) {
    throw new GraftError('UNSUPPORTED_HOST', `${place}: complex numbers are not read.`);
  }
  const bytes = typedBytes(model.source, tensor, length, place);
  checkLength(place, bytes.length, length);
  return bytes.subarray(start, end);
}

function checkLength(place: string, got: number, wanted: number): void {
  if (got !== wanted) {
    throw new GraftError(
      'CORRUPT_FILE',
      `${place}: ${got} bytes of data, but its dimensions and type need ${wanted}.`,
    );
  }
}

/** A typed field's number gives the kind of numbers; the data type, their encoding (onnx.proto). */
function typedBytes(source: ByteSource, tensor: Tensor, length: number, place: string): Uint8Array {
  if (tensor.data.kind !== 'typed') return new Uint8Array();
  const { fields } = tensor.data;
  const reader = new WireReader(source);
  const parts: Uint8Array[] = [];
  // Types below a byte come packed, one byte per number.
  const width = Math.max(1, byteLengthOf(tensor.dataType!, 2)! / 2);
  // Every number takes at least a byte of the file, so a false length reserves nothing.
  const most = width * fields.reduce((sum, { body, end }) => sum + end - body, 0);
  const out = new DataView(new ArrayBuffer(length <= most && width <= 8 ? length : 0));
  let count = 0;
  const put = (value: number): void => {
    const at = width * count++;
    if (at + width <= out.byteLength) writeInt(out, at, width, value);
  };
  for (const field of fields) {
    if (field.number === onnx.TensorProto.floatData) {
      if (tensor.dataType !== 'float32')
        reader.fail(field.start, `tensor '${tensor.name}' of ${tensor.dataType} holds floats`);
      parts.push(reader.floatBytes(field));
    } else if (field.number === onnx.TensorProto.doubleData)
      parts.push(source.read(field.body, field.end));
    else {
      if (tensor.dataType === 'float32')
        reader.fail(field.start, `tensor '${tensor.name}' of float32 holds integers`);
      reader.eachInt(field, put);
    }
  }
  if (parts.length > 0) return concat(parts);
  checkLength(place, width * count, length);
  return new Uint8Array(out.buffer);
}

function writeInt(view: DataView, at: number, width: number, value: number): void {
  if (width === 8) view.setBigInt64(at, toInt64(value), true);
  else if (width === 4) view.setInt32(at, value, true);
  else if (width === 2) view.setInt16(at, value, true);
  else view.setInt8(at, value);
}

/** INT64_MAX, the usual open end of a Slice, is 2^63 as a number, which would wrap around. */
function toInt64(value: number): bigint {
  const most = 2n ** 63n - 1n;
  return value >= 2 ** 63 ? most : BigInt(value);
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

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
