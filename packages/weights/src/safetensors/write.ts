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
  const parts = [...safetensorsParts(tensors, metadata, type)];
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/**
 * The bytes of {@link writeSafetensors} in order, one tensor at a time; of float32 tensors they are
 * views.
 *
 * Errors: those of {@link writeSafetensors}.
 */
export function* safetensorsParts(
  tensors: TensorMap,
  metadata: Readonly<Record<string, string>> = {},
  type: StoredFloat = 'float32',
): Generator<Uint8Array> {
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
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(header.length), true);
  yield length;
  yield header;
  for (const name of names) {
    const { data } = tensors.get(name)!;
    const large = firstTooLarge(data, type);
    if (large !== undefined) {
      throw new GraftError(
        'INVALID_ARGUMENT',
        `tensor '${name}': ${large} does not fit ${type}; store it in float32.`,
      );
    }
    yield encodeFloats(data, type);
  }
}

function padded(header: Uint8Array): Uint8Array {
  const out = new Uint8Array(Math.ceil(header.length / alignment) * alignment).fill(0x20);
  out.set(header);
  return out;
}
