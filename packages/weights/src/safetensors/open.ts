import { type ByteSource, GraftError } from '@pip-graft/onnx-graft';
import { shownName } from '../checkpoint/shown-name.ts';
import type { FloatTensor } from '../tensor-map.ts';
import { decodeElements } from './decode.ts';
import { isDtype } from './dtype.ts';
import { corrupt, parseHeader, type TensorHeader } from './header.ts';
import { maxHeaderBytes } from './limits.ts';

/** A safetensors file whose header was read and checked, and whose tensors were not read yet. */
export interface SafetensorsFile {
  readonly headers: ReadonlyMap<string, TensorHeader>;
  readonly metadata: Readonly<Record<string, string>>;
  /** Reads one tensor. Errors: `NOT_FOUND` when there is none of that name. */
  load(name: string): FloatTensor;
}

/**
 * Opens safetensors over any source without reading its tensors.
 *
 * Errors: `CORRUPT_FILE` when lengths, offsets, shapes or names do not add up;
 * `LIMIT_EXCEEDED` when the header is larger than the format allows.
 *
 * @example
 * const file = openSafetensors(bytesSource(bytes));
 * file.load('level1.gate').dims; // [48]
 */
export function openSafetensors(source: ByteSource): SafetensorsFile {
  const { label, size } = source;
  if (size < 8) throw corrupt(label, `it has ${size} bytes, fewer than the 8 of its length field`);
  const prefix = source.read(0, 8);
  const length = new DataView(prefix.buffer, prefix.byteOffset, 8).getBigUint64(0, true);
  if (length > BigInt(size - 8)) {
    throw corrupt(label, `its header should have ${length} bytes, but only ${size - 8} follow`);
  }
  if (length > BigInt(maxHeaderBytes)) {
    throw new GraftError(
      'LIMIT_EXCEEDED',
      `${label}: its safetensors header has ${length} bytes; at most ${maxHeaderBytes} are read.`,
    );
  }
  const dataStart = 8 + Number(length);
  const json = decodeText(source.read(8, dataStart), label);
  const { tensors, metadata } = parseHeader(json, size - dataStart, label);
  return {
    headers: tensors,
    metadata,
    load(name) {
      const header = tensors.get(name);
      if (header === undefined) throw new GraftError('NOT_FOUND', `${label}: no tensor '${name}'.`);
      const { dtype } = header;
      if (!isDtype(dtype)) {
        throw new GraftError(
          'UNSUPPORTED_HOST',
          `${label}: tensor '${shownName(name)}': ${dtype} cannot be imported.`,
        );
      }
      const bytes = source.read(dataStart + header.start, dataStart + header.end);
      return { dims: header.dims, data: decodeElements(bytes, dtype) };
    },
  };
}

function decodeText(bytes: Uint8Array, label: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new GraftError('CORRUPT_FILE', `${label}: its safetensors header is not UTF-8.`, {
      cause,
    });
  }
}
