import { type ByteSource, bytesSource, GraftError } from '@pip-graft/onnx-graft';
import { checkpointLimits, shownName } from '../checkpoint/checkpoint.ts';
import { decodeFloats } from '../convert.ts';
import { emptyRecord, type FloatTensor, isObject, type TensorMap } from '../tensors.ts';

/**
 * The format's own limit on its header: names are counted before they are read, and a hostile
 * length does not allocate.
 */
export const maxHeaderBytes = 100_000_000;

/** Axes of a tensor. ONNX runtimes stop far below; a header could name millions. */
export const maxRank = 32;

/** Commas of a header: a tensor has three to ten, by its rank; metadata has a few more. */
export const maxMembers = 1_000_000;

/** Supported element types, with their widths in bytes. */
export const dtypeBytes = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U64: 8,
  U32: 4,
  U16: 2,
  U8: 1,
  BOOL: 1,
} as const;

export type Dtype = keyof typeof dtypeBytes;

export function isDtype(text: unknown): text is Dtype {
  return typeof text === 'string' && Object.hasOwn(dtypeBytes, text);
}

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

/**
 * Reads all tensors of a safetensors file, as float32.
 *
 * Errors: `CORRUPT_FILE`, `LIMIT_EXCEEDED`; see {@link openSafetensors}, which
 * reads one tensor at a time.
 *
 * @example readSafetensors(await readFile('adapter_model.safetensors')).tensors.get('level1.gate')
 */
export function readSafetensors(
  bytes: Uint8Array,
  label = 'safetensors',
): { tensors: TensorMap; metadata: Readonly<Record<string, string>> } {
  const file = openSafetensors(bytesSource(bytes, label));
  const tensors = new Map([...file.headers.keys()].map((name) => [name, file.load(name)]));
  return { tensors, metadata: file.metadata };
}

/** A tensor's header entry; [start, end) counts from the first byte after the header. */
export interface TensorHeader {
  /** Element type by the format's name, even an unsupported one such as `F8_E4M3`. */
  readonly dtype: string;
  readonly dims: readonly number[];
  readonly start: number;
  readonly end: number;
}

export interface Header {
  readonly tensors: ReadonlyMap<string, TensorHeader>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Parses and checks a header's JSON; `dataSize` is the data's size. Errors: `CORRUPT_FILE`. */
export function parseHeader(json: string, dataSize: number, label: string): Header {
  // Before parsing: a header of a million names takes gigabytes.
  const keys = topLevelKeys(json, label);
  const root = parseObject(json, label);
  const names = Object.keys(root);
  if (keys !== names.length) {
    throw corrupt(label, 'its header names a tensor twice');
  }
  const tensors = new Map<string, TensorHeader>();
  let metadata: Record<string, string> = {};
  for (const name of names) {
    if (name === '__metadata__') metadata = readMetadata(root[name], label);
    else tensors.set(name, readTensorHeader(root[name], `${label}: tensor '${name}'`));
  }
  checkCover(tensors, dataSize, label);
  return { tensors, metadata };
}

export function corrupt(label: string, what: string): GraftError {
  return new GraftError('CORRUPT_FILE', `${label}: not a valid safetensors file: ${what}.`);
}

function parseObject(json: string, label: string): Record<string, unknown> {
  let root: unknown;
  try {
    root = JSON.parse(json);
  } catch (cause) {
    throw new GraftError('CORRUPT_FILE', `${label}: its safetensors header is not JSON.`, {
      cause,
    });
  }
  if (!isObject(root)) throw corrupt(label, 'its header is not an object');
  return root;
}

function readMetadata(value: unknown, label: string): Record<string, string> {
  // Its own library reads null as none.
  if (value === null) return {};
  if (!isObject(value)) throw corrupt(label, '__metadata__ is not an object');
  const metadata = emptyRecord<string>();
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== 'string') throw corrupt(label, `metadata '${key}' is not text`);
    metadata[key] = text;
  }
  return metadata;
}

function readTensorHeader(value: unknown, place: string): TensorHeader {
  if (!isObject(value)) throw corrupt(place, 'its entry is not an object');
  const { dtype, shape: dims, data_offsets: offsets } = value;
  if (typeof dtype !== 'string') throw corrupt(place, 'its type is missing or not text');
  if (!/^[A-Z]\w{0,31}$/.test(dtype)) {
    throw corrupt(place, `its type '${shownName(dtype)}' is not the name of one`);
  }
  if (!isSizes(dims) || dims.length > maxRank)
    throw corrupt(place, 'its shape is not a list of sizes');
  if (!isSizes(offsets) || offsets.length !== 2)
    throw corrupt(place, 'its data_offsets are not two offsets');
  const [start, end] = offsets as [number, number];
  if (!isDtype(dtype)) {
    if (end < start) throw corrupt(place, `its data ends at ${end}, before it starts`);
    return { dtype, dims, start, end };
  }
  const size = dims.reduce((product, dim) => product * dim, dtypeBytes[dtype]);
  if (end - start !== size) {
    throw corrupt(
      place,
      `shape [${dims.join(', ')}] of ${dtype} takes ${size} bytes, but it has ${end - start}`,
    );
  }
  return { dtype, dims, start, end };
}

/** Every byte of the data must belong to one tensor: overlaps or leftovers could hide something. */
function checkCover(
  tensors: ReadonlyMap<string, TensorHeader>,
  dataSize: number,
  label: string,
): void {
  const sorted = [...tensors].sort(([, a], [, b]) => a.start - b.start || a.end - b.end);
  let at = 0;
  for (const [name, { start, end }] of sorted) {
    if (start !== at) {
      throw corrupt(label, `tensor '${name}' starts at ${start} where ${at} was expected`);
    }
    at = end;
  }
  if (dataSize < at)
    throw corrupt(
      label,
      `its tensors end at ${at}, but it has ${dataSize} bytes of data, as in a download that was cut; download it again`,
    );
  if (at !== dataSize)
    throw corrupt(label, `its tensors end at ${at}, but it has ${dataSize} bytes of data`);
}

/**
 * Keys of the outermost object, including repeated ones, which JSON.parse silently drops.
 * Errors: `LIMIT_EXCEEDED` for more keys, or members in total, than a checkpoint has.
 */
function topLevelKeys(json: string, label: string): number {
  let depth = 0;
  let count = 0;
  let members = 0;
  for (let i = 0; i < json.length; i++) {
    const char = json[i];
    if (char === '"') {
      for (i++; i < json.length && json[i] !== '"'; i++) if (json[i] === '\\') i++;
    } else if (char === '{' || char === '[') depth++;
    else if (char === '}' || char === ']') depth--;
    else if (char === ',') members++;
    else if (char === ':' && depth === 1) count++;
    // One more than tensors: the metadata.
    if (count > checkpointLimits.tensors + 1 || members > maxMembers) {
      throw new GraftError(
        'LIMIT_EXCEEDED',
        `${label}: its safetensors header has more names than ${checkpointLimits.tensors} tensors need.`,
      );
    }
  }
  return count;
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

/** A safetensors file with its header read and checked, and its tensors unread. */
export interface SafetensorsFile {
  readonly headers: ReadonlyMap<string, TensorHeader>;
  readonly metadata: Readonly<Record<string, string>>;
  /** Reads one tensor. Errors: `NOT_FOUND` if there is none of that name. */
  load(name: string): FloatTensor;
}

/**
 * Opens safetensors over any source without reading its tensors.
 *
 * Errors: `CORRUPT_FILE` if lengths, offsets, shapes or names are inconsistent; `LIMIT_EXCEEDED` if
 * the header is larger than the format allows.
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
      const start = dataStart + header.start;
      const end = dataStart + header.end;
      const { dims } = header;
      if (dtype === 'F32') return { dims, data: readFloats(source, start, end) };
      return { dims, data: decodeElements(source.read(start, end), dtype) };
    },
  };
}

/** Reads float32 where it stays: most checkpoints and adapters are nothing else. */
function readFloats(source: ByteSource, start: number, end: number): Float32Array {
  const bytes = new Uint8Array(end - start);
  for (let done = 0; done < bytes.length; ) done += source.fill(bytes.subarray(done), start + done);
  return new Float32Array(bytes.buffer);
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
