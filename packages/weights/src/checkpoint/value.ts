import type { GlobalRole } from './globals.ts';
import type { Storage } from './storage.ts';
import type { StoredTensor } from './stored-tensor.ts';

/** What a pickle can hold here: plain data, tensors, and stand-ins that do nothing. */
export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | List
  | Tuple
  | Dict
  | Global
  | Inert
  | Storage
  | StoredTensor;

export class List {
  readonly kind = 'list';
  readonly items: Value[] = [];
}

export class Tuple {
  readonly kind = 'tuple';
  readonly items: readonly Value[];

  constructor(items: readonly Value[]) {
    this.items = items;
  }
}

/** Python's dict and OrderedDict. A Map, so that no key (`__proto__`) means anything. */
export class Dict {
  readonly kind = 'dict';
  readonly entries = new Map<Value, Value>();
}

/** A name of the closed list, as a value; it stands for no code. */
export class Global {
  readonly kind = 'global';
  readonly name: string;
  readonly role: GlobalRole;

  constructor(name: string, role: GlobalRole) {
    this.name = name;
    this.role = role;
  }
}

/** Stands where an object that is not read would be. Whatever is done to it leaves it as it is. */
export class Inert {
  readonly kind = 'inert';
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** What a value is, for messages. */
export function kindOf(value: Value): string {
  if (value === null) return 'None';
  if (value instanceof Uint8Array) return 'bytes';
  if (typeof value !== 'object') return typeof value;
  return value instanceof Inert || value instanceof Global ? value.name : value.kind;
}
