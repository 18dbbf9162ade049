import { GraftError } from '@pip-graft/onnx-graft';
import { encodeFloats, firstTooLarge, type StoredFloat } from '../convert.ts';
import { elementCount, type TensorMap } from '../tensors.ts';
import { type Dtype, dtypeBytes } from './open.ts';

/** Data starts at a multiple of this, so that a reader can map tensors without copying. */
const alignment = 8;

const dtypes = {
  float32: 'F32',
  float16: 'F16',
  bfloat16: 'BF16',
  float64: 'F64',
} as const satisfies Record<StoredFloat, Dtype>;

/**
 * Encodes tensors as a safetensors file: names sorted, data aligned, so that the same tensors
 * always give the same bytes.
 *
 * Errors: `INVALID_ARGUMENT` for the reserved name `__metadata__`, numbers beyond the type, or a shape
 * that does not fit its elements.
 *
 * @example await writeFile('w.safetensors', writeSafetensors(tensors, { format: 'pt' }))
 */
export function writeSafetensors(
  tensors: TensorMap,
  metadata: Readonly<Record<string, string>> = {},
  type: StoredFloat = 'float32',
): Uint8Array {
  const dtype = dtypes[type];
  const names = [...tensors.keys()].sort();
  const entries: [string, unknown][] = [];
  const metadataKeys = Object.keys(metadata).sort();
  if (metadataKeys.length > 0) {
    entries.push([
      '__metadata__',
      Object.fromEntries(metadataKeys.map((key) => [key, metadata[key]])),
    ]);
  }
  let end = 0;
  for (const name of names) {
    const { dims, data } = tensors.get(name)!;
    if (name === '__metadata__' || elementCount(dims) !== data.length) {
      throw new GraftError(
        'INVALID_ARGUMENT',
        `Tensor '${name}' of shape [${dims.join(', ')}] and ${data.length} elements cannot be written.`,
      );
    }
    const start = end;
    end += data.length * dtypeBytes[dtype];
    entries.push([name, { dtype, shape: dims, data_offsets: [start, end] }]);
  }
  const header = padded(new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries))));
  const bytes = new Uint8Array(8 + header.length + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
  bytes.set(header, 8);
  let at = 8 + header.length;
  for (const name of names) {
    const { data } = tensors.get(name)!;
    const large = firstTooLarge(data, type);
    if (large !== undefined) {
      throw new GraftError(
        'INVALID_ARGUMENT',
        `tensor '${name}': ${large} does not fit ${type}; store it in float32.`,
      );
    }
    const stored = encodeFloats(data, type);
    bytes.set(stored, at);
    at += stored.length;
  }
  return bytes;
}

function padded(header: Uint8Array): Uint8Array {
  const out = new Uint8Array(Math.ceil(header.length / alignment) * alignment).fill(0x20);
  out.set(header);
  return out;
}
