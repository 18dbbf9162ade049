import { type ByteSource, elementCount, GraftError } from '@pip-graft/onnx-graft';
import { type Dtype, decodeElements } from '../safetensors/open.ts';
import { emptyRecord } from '../tensors.ts';
import {
  type Checkpoint,
  type CheckpointFormat,
  type CheckpointScalar,
  checkpointLimits,
  type StoredTensor,
  shownName,
} from './checkpoint.ts';
import { NumpyArray } from './numpy-array.ts';
import { PickleGlobal } from './pickle-global.ts';
import {
  ArrayTensor,
  OtherTensor,
  PickleDict,
  PickleList,
  PickleTensor,
  type PickleValue,
} from './pickle-value.ts';

/** Keys that a message lists. */
const listed = 8;

/**
 * All tensors in an unpickled object by path, and everything beside them.
 *
 * Errors: `CORRUPT_FILE` if there is no tensor in a dictionary; `LIMIT_EXCEEDED`.
 */
export function flatten(
  root: PickleValue,
  format: CheckpointFormat,
  { label, size }: ByteSource,
): Checkpoint {
  const { tensors, extra, ignored, elements } = new Walk(label).over(root);
  if (tensors.size === 0) throw withoutTensors(root, label);
  const most = size * checkpointLimits.elementsPerByte + checkpointLimits.expandedElements;
  if (elements > most) {
    throw new GraftError(
      'LIMIT_EXCEEDED',
      `${label}: its tensors have ${elements} elements, from only ${size} bytes.`,
    );
  }
  return { format, tensors, extra, ignored };
}

/** Visits dictionaries and lists, each once: a hostile file has many, or one inside itself. */
class Walk {
  readonly tensors = new Map<string, StoredTensor>();
  readonly extra = emptyRecord<CheckpointScalar>();
  readonly ignored: string[] = [];
  elements = 0;
  readonly #label: string;
  readonly #seen = new Set<PickleValue>();
  #scalars = 0;

  constructor(label: string) {
    this.#label = label;
  }

  over(root: PickleValue): this {
    if (root instanceof PickleDict || root instanceof PickleList) this.#inside(root, '', 0);
    return this;
  }

  #inside(group: PickleDict | PickleList, path: string, depth: number): void {
    if (this.#seen.has(group)) return;
    this.#seen.add(group);
    if (depth > checkpointLimits.containerDepth) this.#leave(path);
    else if (group instanceof PickleList) {
      for (const [index, item] of group.items.entries()) {
        if (typeof item === 'object' && item !== null)
          this.#visit(item, this.#join(path, String(index)), depth, true);
      }
    } else if (!group.isEmpty) {
      for (const [key, item] of group.entries) {
        const name = keyOf(key);
        if (name === undefined) this.#leave(this.#join(path, '?'));
        else this.#visit(item, this.#join(path, name), depth, false);
      }
    }
  }

  #visit(found: PickleValue, path: string, depth: number, inList: boolean): void {
    const value = (found instanceof NumpyArray ? found.content : undefined) ?? found;
    if (value instanceof PickleTensor || value instanceof OtherTensor) this.#add(path, value);
    else if (value instanceof PickleDict || value instanceof PickleList) {
      this.#inside(value, path, depth + 1);
    } else if (isScalar(value)) {
      if (this.#scalars++ < checkpointLimits.scalars) this.extra[path] = value;
    } else this.#leave(inList ? path.slice(0, path.lastIndexOf('.')) : path);
  }

  #add(path: string, tensor: PickleTensor | OtherTensor): void {
    // Keys with dots may give one path twice; the first counts.
    if (this.tensors.has(path)) {
      this.#leave(path);
      return;
    }
    if (this.tensors.size >= checkpointLimits.tensors) {
      throw new GraftError(
        'LIMIT_EXCEEDED',
        `${this.#label}: it has more than ${checkpointLimits.tensors} tensors.`,
      );
    }
    this.elements += elementCount(tensor.dims);
    this.tensors.set(path, storedTensor(tensor, `${this.#label}: tensor '${shownName(path)}'`));
  }

  /** Errors: `LIMIT_EXCEEDED`; a few nested keys could make every path a megabyte long. */
  #join(path: string, name: string): string {
    const joined = path === '' ? name : `${path}.${name}`;
    if (joined.length <= checkpointLimits.pathLength) return joined;
    throw new GraftError(
      'LIMIT_EXCEEDED',
      `${this.#label}: path '${shownName(joined)}' has ${joined.length} characters; at most ${checkpointLimits.pathLength} are read.`,
    );
  }

  #leave(path: string): void {
    if (this.ignored.at(-1) !== path && this.ignored.length < checkpointLimits.scalars) {
      this.ignored.push(path);
    }
  }
}

function storedTensor(tensor: PickleTensor | OtherTensor, place: string): StoredTensor {
  const { dims } = tensor;
  const dtype = tensor instanceof PickleTensor ? tensor.type.dtype : undefined;
  if (tensor instanceof PickleTensor && dtype !== undefined) {
    return {
      dims,
      dtype,
      ...(tensor instanceof ArrayTensor ? { array: true } : {}),
      get data() {
        return tensorElements(tensor, dtype, place);
      },
    };
  }
  const name = tensor instanceof PickleTensor ? tensor.type.name : tensor.what;
  const unread = `${name} cannot be imported`;
  return {
    dims,
    dtype: name,
    unread,
    get data(): Float32Array {
      throw new GraftError('UNSUPPORTED_HOST', `${place}: ${unread}.`);
    },
  };
}

/** A key as text; undefined if it is not a name. */
function keyOf(key: PickleValue): string | undefined {
  if (typeof key === 'string') return key;
  if (key instanceof PickleGlobal) return key.name;
  return typeof key === 'object' ? undefined : String(key);
}

function isScalar(value: PickleValue): value is CheckpointScalar {
  return value === null || ['number', 'string', 'boolean'].includes(typeof value);
}

function withoutTensors(root: PickleValue, label: string): GraftError {
  const keys = root instanceof PickleDict ? [...root.entries.keys()] : [];
  const names = keys.slice(0, listed).map((key) => shownName(keyOf(key) ?? '?'));
  const seen =
    root instanceof PickleTensor
      ? 'it is one tensor'
      : names.length > 0
        ? `its keys are ${names.join(', ')}${keys.length > listed ? ', …' : ''}`
        : root instanceof PickleDict || root instanceof PickleList
          ? 'it is empty'
          : 'it is not a dictionary';
  return new GraftError(
    'CORRUPT_FILE',
    `${label}: it has no tensors by name: ${seen}; save the network's state_dict() with torch.save, or as safetensors.`,
  );
}

/** A tensor counts as sparse from this many elements in storage per element of its own. */
const sparseSpan = 64;

/** The elements of a tensor as float32, in order, whatever its strides; reads them now. */
function tensorElements(tensor: PickleTensor, dtype: Dtype, place: string): Float32Array {
  const { storage, type, offset, dims, strides } = tensor;
  const { bytes, key } = storage;
  if (bytes === undefined)
    throw new GraftError('CORRUPT_FILE', `${place}: storage '${key}' is missing.`);
  const count = elementCount(dims);
  if (count === 0) return new Float32Array(0);
  const width = type.bytes;
  const bytesAt = (from: number, to: number) => bytes.read(from * width, to * width);
  const span = 1 + dims.reduce((sum, dim, axis) => sum + (dim - 1) * strides[axis]!, 0);
  // A few elements far apart are read one by one.
  const sparse = span > sparseSpan * count;
  const all = sparse ? undefined : decodeElements(bytesAt(offset, offset + span), dtype);
  if (all && isContiguous(dims, strides)) return all;
  const elements = new Float32Array(count);
  const index = dims.map(() => 0);
  let from = 0;
  for (let to = 0; to < count; to++) {
    elements[to] = all
      ? all[from]!
      : decodeElements(bytesAt(offset + from, offset + from + 1), dtype)[0]!;
    // Increments the last axis, and carries.
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      index[axis]!++;
      from += strides[axis]!;
      if (index[axis]! < dims[axis]!) break;
      from -= dims[axis]! * strides[axis]!;
      index[axis] = 0;
    }
  }
  return elements;
}

function isContiguous(dims: readonly number[], strides: readonly number[]): boolean {
  let step = 1;
  for (let axis = dims.length - 1; axis >= 0; axis--) {
    if (dims[axis] !== 1 && strides[axis] !== step) return false;
    step *= dims[axis]!;
  }
  return true;
}
