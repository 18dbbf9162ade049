import type { ByteSource } from '@pip-graft/onnx-graft';
import type { ElementType } from './element-type.ts';
import type { PickleGlobal } from './pickle-global.ts';

/** Values of a pickle here: plain data, tensors, and names that stay names. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleList
  | PickleDict
  | PickleGlobal
  | PickleTensor
  | OtherTensor
  | PickleStorage
  | Inert;

/** A list, tuple or set. */
export class PickleList {
  readonly items: PickleValue[];
  constructor(items: PickleValue[] = []) {
    this.items = items;
  }
}

/** A dictionary. A Map, so that no key is special. */
export class PickleDict {
  #entries: Map<PickleValue, PickleValue> | undefined;

  /** Made on first use: most dictionaries of a checkpoint are empty. */
  get entries(): Map<PickleValue, PickleValue> {
    this.#entries ??= new Map();
    return this.#entries;
  }

  get isEmpty(): boolean {
    return this.#entries === undefined || this.#entries.size === 0;
  }
}

/** An object that was not made: it stands for everything that only training needs. */
export class Inert {
  readonly of: PickleGlobal;
  constructor(of: PickleGlobal) {
    this.of = of;
  }
}

/** A block of elements that tensors view; its position is known once the file has been read. */
export class PickleStorage {
  readonly type: ElementType;
  readonly key: string;
  /** In elements. */
  readonly length: number;
  bytes: ByteSource | undefined;
  constructor(type: ElementType, key: string, length: number) {
    this.type = type;
    this.key = key;
    this.length = length;
  }

  /** Size of its elements in bytes. */
  get byteLength(): number {
    return this.length * this.type.bytes;
  }
}

/** A tensor of an unsupported kind, such as a sparse one. */
export class OtherTensor {
  /** With its article, such as `a sparse tensor`. */
  readonly what: string;
  readonly dims: readonly number[];
  constructor(what: string, dims: readonly number[]) {
    this.what = what;
    this.dims = dims;
  }
}

/** A view of a storage: offset and strides in elements. */
export class PickleTensor {
  readonly storage: PickleStorage;
  readonly type: ElementType;
  readonly offset: number;
  readonly dims: readonly number[];
  readonly strides: readonly number[];
  constructor(
    storage: PickleStorage,
    type: ElementType,
    offset: number,
    dims: readonly number[],
    strides: readonly number[],
  ) {
    this.storage = storage;
    this.type = type;
    this.offset = offset;
    this.dims = dims;
    this.strides = strides;
  }
}

/** A tensor that was a NumPy array, as normalisation constants are too. */
export class ArrayTensor extends PickleTensor {}
