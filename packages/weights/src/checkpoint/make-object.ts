import { elementCount, GraftError } from '@pip-graft/onnx-graft';
import { checkpointLimits } from './checkpoint.ts';
import type { ElementType } from './element-type.ts';
import {
  arrayFromBuffer,
  encodedText,
  NumpyArray,
  NumpyType,
  numpyType,
  setState,
} from './numpy-array.ts';
import type { PickleCursor } from './pickle-cursor.ts';
import { PickleGlobal } from './pickle-global.ts';
import {
  Inert,
  OtherTensor,
  PickleDict,
  PickleList,
  PickleStorage,
  PickleTensor,
  type PickleValue,
} from './pickle-value.ts';

/** The value that a call of a known name with arguments stands for. */
export function apply(callable: PickleValue, args: PickleValue, cursor: PickleCursor): PickleValue {
  if (callable instanceof Inert) return callable;
  if (!(callable instanceof PickleGlobal) || !(args instanceof PickleList)) {
    throw cursor.corrupt('something other than a name is called');
  }
  switch (callable.meaning.kind) {
    case 'dict':
      return dictOf(args, cursor);
    case 'tuple':
      return args.items[0] instanceof PickleList ? args.items[0] : args;
    case 'tensor':
      return tensorOf(args.items, undefined, cursor);
    case 'emptyDict':
      return new PickleDict();
    case 'typedTensor':
      return tensorOf(args.items, typeIn(args.items[6], cursor), cursor);
    case 'otherTensor':
      return new OtherTensor(callable.meaning.what, dimsAmong(args.items));
    case 'wrappedTensor': {
      const [make, , inner] = args.items;
      const kind = make instanceof PickleGlobal ? make.meaning.kind : undefined;
      // Never itself: a hostile file may wrap a tensor in itself.
      if (kind === undefined || kind === 'wrappedTensor')
        throw cursor.corrupt('a tensor of a tensor');
      return apply(make!, inner ?? null, cursor);
    }
    case 'parameter': {
      const [data] = args.items;
      if (data instanceof PickleTensor || data instanceof OtherTensor) return data;
      throw cursor.corrupt('a parameter without a tensor');
    }
    case 'encodedText':
      return encodedText(callable, args.items);
    case 'numpyType':
      return numpyType(callable, args.items);
    case 'emptyArray': {
      const [made] = args.items;
      const isArray = made instanceof PickleGlobal && made.name === 'numpy.ndarray';
      return isArray ? new NumpyArray(callable) : new Inert(callable);
    }
    case 'arrayFromBuffer':
      return arrayFromBuffer(callable, args.items, cursor);
    case 'elementType':
    case 'inert':
      return new Inert(callable);
    case 'storage':
      throw cursor.corrupt(`'${callable.name}' is called; storages are only referred to`);
  }
}

/** Returns an object whose attributes are set; only those of NumPy's arrays matter. */
export function build(object: PickleValue, state: PickleValue, cursor: PickleCursor): PickleValue {
  if (object instanceof NumpyArray || object instanceof NumpyType) setState(object, state, cursor);
  const known = [PickleDict, PickleTensor, OtherTensor, Inert];
  if (known.some((kind) => object instanceof kind)) return object;
  throw cursor.corrupt('attributes are set on something that has none');
}

/** A reference to a storage: ('storage', type, key, device, length, view or nothing). */
export function persistent(id: PickleValue, cursor: PickleCursor): PickleStorage {
  const [kind, type, key, , length, view] = id instanceof PickleList ? id.items : [];
  if (kind === 'module') {
    throw new GraftError(
      'UNSAFE_FILE',
      `${cursor.source.label}: byte ${cursor.at}: holds a whole network with its source code; save its state_dict() instead.`,
    );
  }
  const meaning = type instanceof PickleGlobal ? type.meaning : undefined;
  if (kind !== 'storage' || meaning?.kind !== 'storage') {
    throw cursor.corrupt('a reference to something other than a storage of a known type');
  }
  if (view !== undefined && view !== null) {
    throw cursor.corrupt(
      'a view of a storage, as PyTorch wrote before 0.2; save it again with torch.save',
    );
  }
  const name = typeof key === 'number' ? String(key) : key;
  if (typeof name !== 'string' || !isSize(length)) {
    throw cursor.corrupt('a storage without a name or length');
  }
  cursor.checkKey(name);
  return new PickleStorage(meaning.type, name, length);
}

function dictOf(args: PickleList, cursor: PickleCursor): PickleDict {
  const dict = new PickleDict();
  const [pairs] = args.items;
  if (pairs === undefined) return dict;
  if (!(pairs instanceof PickleList))
    throw cursor.corrupt('a dictionary made from something other than a list');
  for (const pair of pairs.items) {
    const [key, value, ...more] = pair instanceof PickleList ? pair.items : [];
    if (key === undefined || value === undefined || more.length > 0) {
      throw cursor.corrupt('a dictionary made from entries that are not pairs');
    }
    cursor.checkKey(key);
    dict.entries.set(key, value);
  }
  return dict;
}

function tensorOf(
  [storage, offset, size, stride, , , metadata, typedMetadata]: readonly PickleValue[],
  named: ElementType | undefined,
  cursor: PickleCursor,
): PickleTensor | OtherTensor {
  if (!(storage instanceof PickleStorage) || !isSize(offset)) {
    throw cursor.corrupt('a tensor without a storage');
  }
  if (!(size instanceof PickleList) || !(stride instanceof PickleList)) {
    throw cursor.corrupt('a tensor without a shape');
  }
  const { items: dims } = size;
  const { items: strides } = stride;
  const { rank, elements, expandedElements } = checkpointLimits;
  if (!dims.every(isSize) || !strides.every(isSize) || dims.length !== strides.length) {
    throw cursor.corrupt('the shape or the strides of a tensor are not sizes');
  }
  if (dims.length > rank)
    throw cursor.corrupt(`a tensor of rank ${dims.length}; ${rank} is the most`);
  const type = named ?? storage.type;
  const length = Math.floor(storage.byteLength / type.bytes);
  const count = elementCount(dims);
  const last = dims.reduce((sum, dim, axis) => sum + (dim - 1) * strides[axis]!, offset);
  if (count > 0 && !(last < length)) {
    throw cursor.corrupt(
      `a tensor of shape [${dims.join(', ')}] needs element ${last} of storage '${storage.key}', which has ${length}`,
    );
  }
  if (count > elements) {
    throw new GraftError(
      'LIMIT_EXCEEDED',
      `${cursor.source.label}: byte ${cursor.at}: a tensor of shape [${dims.join(', ')}] has more than ${elements} elements.`,
    );
  }
  if (!(count <= Math.max(length, expandedElements))) {
    throw new GraftError(
      'LIMIT_EXCEEDED',
      `${cursor.source.label}: byte ${cursor.at}: a tensor of shape [${dims.join(', ')}] is expanded from a storage of ${length} elements.`,
    );
  }
  // Its numbers are those of the storage with the other sign, or conjugated.
  const marks = named === undefined ? metadata : typedMetadata;
  if (marks instanceof PickleDict && ['neg', 'conj'].some((mark) => marks.entries.get(mark)))
    return new OtherTensor('a negated or conjugated view', dims);
  return new PickleTensor(storage, type, offset, dims, strides);
}

function typeIn(value: PickleValue | undefined, cursor: PickleCursor): ElementType {
  if (value instanceof PickleGlobal && value.meaning.kind === 'elementType') {
    return value.meaning.type;
  }
  throw cursor.corrupt('a tensor without a type');
}

/** The first list of sizes in arguments or their lists, which is a tensor's shape; else []. */
function dimsAmong(args: readonly PickleValue[]): readonly number[] {
  const lists = args.flatMap((value) =>
    value instanceof PickleList ? [value, ...value.items.filter(isList)] : [],
  );
  const shape = lists.find(({ items }) => items.length > 0 && items.every(isSize));
  return (shape?.items as number[] | undefined) ?? [];
}

function isList(value: PickleValue): value is PickleList {
  return value instanceof PickleList;
}

function isSize(value: PickleValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
