/** Element types of ONNX tensors, with TensorProto.DataType's numbers. */
const codes = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  uint64: 13,
  complex64: 14,
  complex128: 15,
  bfloat16: 16,
  float8e4m3fn: 17,
  float8e4m3fnuz: 18,
  float8e5m2: 19,
  float8e5m2fnuz: 20,
  uint4: 21,
  int4: 22,
  float4e2m1: 23,
} as const;

export type DataType = keyof typeof codes;

/** The three types a host may compute in. */
export type FloatType = 'float32' | 'float16' | 'bfloat16';

const bits: Partial<Record<DataType, number>> = {
  float32: 32,
  uint8: 8,
  int8: 8,
  uint16: 16,
  int16: 16,
  int32: 32,
  int64: 64,
  bool: 8,
  float16: 16,
  float64: 64,
  uint32: 32,
  uint64: 64,
  complex64: 64,
  complex128: 128,
  bfloat16: 16,
  float8e4m3fn: 8,
  float8e4m3fnuz: 8,
  float8e5m2: 8,
  float8e5m2fnuz: 8,
  uint4: 4,
  int4: 4,
  float4e2m1: 4,
};

const byCode = new Map<number, DataType>(
  Object.entries(codes).map(([name, code]) => [code, name as DataType]),
);

/** TensorProto.DataType's number of a type. */
export function dataTypeCode(type: DataType): number {
  return codes[type];
}

/** The type of a TensorProto.DataType number; undefined if this version does not know it. */
export function dataTypeOf(code: number): DataType | undefined {
  return byCode.get(code);
}

/** Bytes that `count` elements take in `raw_data`; undefined for strings. */
export function byteLengthOf(type: DataType, count: number): number | undefined {
  const width = bits[type];
  return width === undefined ? undefined : Math.ceil((width * count) / 8);
}
