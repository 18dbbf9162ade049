import { GraftError } from '@pip-graft/onnx-graft';
import { checkpointLimits } from '../checkpoint/limits.ts';
import { shownName } from '../checkpoint/shown-name.ts';
import { dtypeBytes, isDtype } from './dtype.ts';
import { maxMembers, maxRank } from './limits.ts';

/** A tensor as the header describes it; [start, end) counts from the first byte after the header. */
export interface TensorHeader {
  /** Element type by the format's name; one that is not read, such as `F8_E4M3`, keeps its name. */
  readonly dtype: string;
  readonly dims: readonly number[];
  readonly start: number;
  readonly end: number;
}

export interface Header {
  readonly tensors: ReadonlyMap<string, TensorHeader>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Reads and checks a header's JSON. `dataSize` is what the file has after it. Errors: `CORRUPT_FILE`. */
export function parseHeader(json: string, dataSize: number, label: string): Header {
  // Before it is parsed: a header of a million names takes gigabytes.
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
  return new GraftError('CORRUPT_FILE', `${label}: not a sound safetensors file: ${what}.`);
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
  if (!isObject(value)) throw corrupt(label, '__metadata__ is not an object');
  const metadata: Record<string, string> = Object.create(null);
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

/** Every byte of the data must belong to one tensor: what overlaps or is left over could hide something. */
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
  if (at !== dataSize)
    throw corrupt(label, `its tensors end at ${at}, but it has ${dataSize} bytes of data`);
}

/**
 * Keys of the outermost object, repeated ones too, which JSON.parse drops without a word.
 * Errors: `LIMIT_EXCEEDED` for more keys, or members in all, than a checkpoint has.
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

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}
