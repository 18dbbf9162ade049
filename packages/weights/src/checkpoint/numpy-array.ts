import {
  type ByteSource,
  bytesSource,
  elementCount,
  GraftError,
  pieceSource,
} from '@pip-graft/onnx-graft';
import { checkpointLimits } from './checkpoint.ts';
import { type ElementType, elementTypes } from './element-type.ts';
import type { PickleCursor } from './pickle-cursor.ts';
import type { PickleGlobal } from './pickle-global.ts';
import {
  ArrayTensor,
  Inert,
  OtherTensor,
  PickleList,
  PickleStorage,
  type PickleValue,
} from './pickle-value.ts';

// How NumPy pickles an array: `_reconstruct(ndarray, (0,), b'b')`, then the state (version, shape,
// dtype, Fortran order, bytes); from protocol 5 on `_frombuffer(bytes, dtype, shape, order)`. In
// protocol 2, torch.save's, bytes are text of the characters 0 to 255, encoded as latin1.

/** Data longer than names and settings, which stays in the file. */
export class LongData extends Inert {
  readonly source: ByteSource;
  readonly start: number;
  readonly end: number;
  constructor(of: PickleGlobal, source: ByteSource, start: number, end: number) {
    super(of);
    this.source = source;
    this.start = start;
    this.end = end;
  }
}

/** Bytes as text, not yet encoded. */
class EncodedText extends Inert {
  readonly text: string | LongData;
  constructor(of: PickleGlobal, text: string | LongData) {
    super(of);
    this.text = text;
  }
}

/** An element type by NumPy's code, such as `f4`. */
export class NumpyType extends Inert {
  readonly code: string;
  /** `<` for little-endian; set later than the code. */
  order = '<';
  constructor(of: PickleGlobal, code: string) {
    super(of);
    this.code = code;
  }
}

/** An array; its content is set after it was made. Without one it stays a name. */
export class NumpyArray extends Inert {
  content: ArrayTensor | OtherTensor | undefined;
}

/** The types that become tensors. The others are counters, states and labels. */
const floats: ReadonlyMap<string, ElementType> = new Map(
  (['f2', 'f4', 'f8'] as const).map((code) => [
    code,
    elementTypes.get(`float${Number(code[1]) * 8}`)!,
  ]),
);

/** `_codecs.encode(text, 'latin1')`. */
export function encodedText(of: PickleGlobal, [text, encoding]: readonly PickleValue[]): Inert {
  const isText = typeof text === 'string' || text instanceof LongData;
  return isText && encoding === 'latin1' ? new EncodedText(of, text) : new Inert(of);
}

/** `numpy.dtype('f4', False, True)`. */
export function numpyType(of: PickleGlobal, [code]: readonly PickleValue[]): Inert {
  return typeof code === 'string' ? new NumpyType(of, code) : new Inert(of);
}

/** `_frombuffer(bytes, dtype, shape, order)`. */
export function arrayFromBuffer(
  of: PickleGlobal,
  [data, type, shape, order]: readonly PickleValue[],
  cursor: PickleCursor,
): NumpyArray {
  const array = new NumpyArray(of);
  array.content = contentOf({ data, type, shape, isFortran: order === 'F' }, cursor);
  return array;
}

/** Sets what an array or a type was made without. */
export function setState(object: NumpyArray | NumpyType, state: PickleValue, cursor: PickleCursor) {
  const [, second, third, fourth, fifth] = state instanceof PickleList ? state.items : [];
  if (object instanceof NumpyType) object.order = String(second);
  else {
    const parts = { shape: second, type: third, isFortran: fourth === true, data: fifth };
    object.content = contentOf(parts, cursor);
  }
}

interface Parts {
  readonly shape: PickleValue | undefined;
  readonly type: PickleValue | undefined;
  readonly isFortran: boolean;
  readonly data: PickleValue | undefined;
}

/** The tensor of an array of floats; undefined for any other array. */
function contentOf({ shape, type, isFortran, data }: Parts, cursor: PickleCursor) {
  if (!(type instanceof NumpyType) || !/^f\d{1,2}$/.test(type.code)) return undefined;
  const dims = sizesIn(shape, cursor);
  const element = floats.get(type.code);
  if (element === undefined || type.order !== '<') {
    const order = /^[<>|=]$/.test(type.order) ? type.order : '';
    return new OtherTensor(`a NumPy array of ${order}${type.code}`, dims);
  }
  const count = elementCount(dims);
  if (count > checkpointLimits.elements) {
    throw new GraftError(
      'LIMIT_EXCEEDED',
      `${cursor.source.label}: byte ${cursor.at}: an array of shape [${dims.join(', ')}] has more than ${checkpointLimits.elements} elements.`,
    );
  }
  const storage = new PickleStorage(element, 'array', count);
  storage.bytes = count === 0 ? bytesSource(new Uint8Array(0)) : bytesIn(data, storage, cursor);
  if (storage.bytes === undefined) return new OtherTensor('a NumPy array of an old form', dims);
  return new ArrayTensor(storage, element, 0, dims, stridesOf(dims, isFortran));
}

function sizesIn(shape: PickleValue | undefined, cursor: PickleCursor): readonly number[] {
  const sizes = shape instanceof PickleList ? shape.items : [null];
  const isSize = (size: PickleValue): size is number =>
    typeof size === 'number' && Number.isSafeInteger(size) && size >= 0;
  if (sizes.length > checkpointLimits.rank || !sizes.every(isSize)) {
    throw cursor.corrupt('the shape of an array is not a shape');
  }
  return sizes;
}

function stridesOf(dims: readonly number[], isFortran: boolean): number[] {
  const strides = dims.map(() => 1);
  let step = 1;
  for (let i = 0; i < dims.length; i++) {
    const axis = isFortran ? i : dims.length - 1 - i;
    strides[axis] = step;
    step *= dims[axis]!;
  }
  return strides;
}

/** The bytes of an array; undefined for a form that NumPy wrote long ago. */
function bytesIn(
  data: PickleValue | undefined,
  { byteLength }: PickleStorage,
  cursor: PickleCursor,
): ByteSource | undefined {
  const { label } = cursor.source;
  cursor.countArray(byteLength);
  const check = (most: number, least = most): void => {
    if (byteLength > most || byteLength < least) {
      throw cursor.corrupt(`an array needs ${byteLength} bytes, but has ${most}`);
    }
  };
  if (data instanceof Uint8Array) {
    check(data.length);
    return bytesSource(data, label);
  }
  if (data instanceof LongData) {
    check(data.end - data.start);
    return pieceSource([data], label);
  }
  if (!(data instanceof EncodedText)) return undefined;
  const { text } = data;
  // A character has one byte in the file or two.
  if (typeof text === 'string') check(text.length);
  else check(text.end - text.start, (text.end - text.start) / 2);
  // Once now, so that whatever is accepted can be read.
  latin1Bytes(text, byteLength, label);
  return pieceSource([{ byteLength, load: () => latin1Bytes(text, byteLength, label) }], label);
}

function latin1Bytes(text: string | LongData, size: number, label: string): Uint8Array {
  const isShort = typeof text === 'string';
  const utf8 = isShort ? new TextEncoder().encode(text) : text.source.read(text.start, text.end);
  const bytes = new Uint8Array(size);
  let to = 0;
  for (let at = 0; at < utf8.length; at++) {
    const first = utf8[at]!;
    // The characters 128 to 255 have two bytes, of which the first is C2 or C3.
    const second = first < 0x80 ? 0x80 : (utf8[++at] ?? 0);
    const isLatin = first < 0x80 || (first & 0xfe) === 0xc2;
    if (!isLatin || (second & 0xc0) !== 0x80 || to === size) throw broken(size, label);
    bytes[to++] = first < 0x80 ? first : ((first & 3) << 6) | (second & 63);
  }
  if (to < size) throw broken(size, label);
  return bytes;
}

function broken(size: number, label: string): GraftError {
  return new GraftError('CORRUPT_FILE', `${label}: the text of an array is not ${size} bytes.`);
}
