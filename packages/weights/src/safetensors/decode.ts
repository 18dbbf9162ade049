import { decodeFloats } from '../convert.ts';
import type { Dtype } from './dtype.ts';

/** Elements as float32. Integers past 2^24 and float64 lose what float32 cannot hold. */
export function decodeElements(bytes: Uint8Array, dtype: Dtype): Float32Array {
  switch (dtype) {
    case 'F32':
      return decodeFloats(bytes, 'float32');
    case 'F16':
      return decodeFloats(bytes, 'float16');
    case 'BF16':
      return decodeFloats(bytes, 'bfloat16');
    case 'F64':
      return decodeFloats(bytes, 'float64');
    case 'BOOL':
      return Float32Array.from(bytes, (byte) => (byte === 0 ? 0 : 1));
    case 'I64':
      return Float32Array.from(new BigInt64Array(new Uint8Array(bytes).buffer), Number);
    case 'U64':
      return Float32Array.from(new BigUint64Array(new Uint8Array(bytes).buffer), Number);
    default:
      return Float32Array.from(new arrays[dtype](new Uint8Array(bytes).buffer));
  }
}

const arrays = {
  I32: Int32Array,
  I16: Int16Array,
  I8: Int8Array,
  U32: Uint32Array,
  U16: Uint16Array,
  U8: Uint8Array,
} as const;
