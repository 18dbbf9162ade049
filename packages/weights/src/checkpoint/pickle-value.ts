import type { ByteSource } from '@pip-graft/onnx-graft';
import type { Dtype } from '../safetensors/dtype.ts';
import type { PickleGlobal } from './pickle-global.ts';

/** What a pickle can hold here: plain data, tensors, and names that stay names. */
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

  /** Made at first use: most dictionaries of a checkpoint are empty. */
  get entries(): Map<PickleValue, PickleValue> {
    this.#entries ??= new Map();
    return this.#entries;
  }

  get isEmpty(): boolean {
    return this.#entries === undefined || this.#entries.size === 0;
  }
}

/** An object that was not made: what stands for everything that only training needs. */
export class Inert {
  readonly of: PickleGlobal;
  constructor(of: PickleGlobal) {
    this.of = of;
  }
}

/** A block of elements that tensors look into; where its bytes are is known once the file was read. */
export class PickleStorage {
  readonly dtype: Dtype;
  readonly key: string;
  /** In elements. */
  readonly length: number;
  bytes: ByteSource | undefined;
  constructor(dtype: Dtype, key: string, length: number) {
    this.dtype = dtype;
    this.key = key;
    this.length = length;
  }
}

/** A view of a storage: offset and strides in elements. */
export class PickleTensor {
  readonly storage: PickleStorage;
  readonly offset: number;
  readonly dims: readonly number[];
  readonly strides: readonly number[];
  constructor(
    storage: PickleStorage,
    offset: number,
    dims: readonly number[],
    strides: readonly number[],
  ) {
    this.storage = storage;
    this.offset = offset;
    this.dims = dims;
    this.strides = strides;
  }
}
