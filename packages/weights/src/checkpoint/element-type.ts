import type { Dtype } from '../safetensors/open.ts';

/** Element type of a checkpoint's storage or tensor, by PyTorch's name. */
export interface ElementType {
  readonly name: string;
  /** Bytes of one element, or of several that share a byte. */
  readonly bytes: number;
  /** Undefined for unsupported types. */
  readonly dtype?: Dtype;
}

const read = (name: string, bytes: number, dtype: Dtype): ElementType => ({ name, bytes, dtype });
const other = (name: string, bytes: number): ElementType => ({ name, bytes });

const all: readonly ElementType[] = [
  read('float64', 8, 'F64'),
  read('float32', 4, 'F32'),
  read('float16', 2, 'F16'),
  read('bfloat16', 2, 'BF16'),
  read('int64', 8, 'I64'),
  read('int32', 4, 'I32'),
  read('int16', 2, 'I16'),
  read('int8', 1, 'I8'),
  read('uint8', 1, 'U8'),
  read('bool', 1, 'BOOL'),
  read('uint64', 8, 'U64'),
  read('uint32', 4, 'U32'),
  read('uint16', 2, 'U16'),
  other('complex32', 4),
  other('complex64', 8),
  other('complex128', 16),
  ...['float8_e4m3fn', 'float8_e5m2', 'float8_e4m3fnuz', 'float8_e5m2fnuz'].map(one),
  ...['float8_e8m0fnu', 'float4_e2m1fn_x2', 'qint8', 'quint8', 'quint4x2', 'quint2x4'].map(one),
  other('qint32', 4),
  other('bits16', 2),
  ...['bits8', 'bits1x8', 'bits2x4', 'bits4x2'].map(one),
  ...[1, 2, 3, 4, 5, 6, 7].flatMap((bits) => [one(`int${bits}`), one(`uint${bits}`)]),
];

function one(name: string): ElementType {
  return other(name, 1);
}

/** Element types by PyTorch's name, as in `torch.float32`. */
export const elementTypes: ReadonlyMap<string, ElementType> = new Map(
  all.map((type) => [type.name, type]),
);

const named = (name: string): ElementType => elementTypes.get(name)!;

/** Element types of storages, by the class that a pickle names. */
export const storageTypes: ReadonlyMap<string, ElementType> = new Map([
  ['torch.DoubleStorage', named('float64')],
  ['torch.FloatStorage', named('float32')],
  ['torch.HalfStorage', named('float16')],
  ['torch.BFloat16Storage', named('bfloat16')],
  ['torch.LongStorage', named('int64')],
  ['torch.IntStorage', named('int32')],
  ['torch.ShortStorage', named('int16')],
  ['torch.CharStorage', named('int8')],
  ['torch.ByteStorage', named('uint8')],
  ['torch.BoolStorage', named('bool')],
  ['torch.ComplexFloatStorage', named('complex64')],
  ['torch.ComplexDoubleStorage', named('complex128')],
  ['torch.QInt8Storage', named('qint8')],
  ['torch.QUInt8Storage', named('quint8')],
  ['torch.QInt32Storage', named('qint32')],
  ['torch.QUInt4x2Storage', named('quint4x2')],
  ['torch.QUInt2x4Storage', named('quint2x4')],
  // Bytes: the tensors in it name their own types.
  ...['torch.storage.UntypedStorage', 'torch.UntypedStorage', 'torch.storage._UntypedStorage'].map(
    (name) => [name, named('uint8')] as const,
  ),
]);
