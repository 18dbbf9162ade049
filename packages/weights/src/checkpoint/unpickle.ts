import { GraftError } from '@pip-graft/onnx-graft';
import { checkpointLimits, shownName } from './checkpoint.ts';
import { apply, build, persistent } from './make-object.ts';
import { LongData } from './numpy-array.ts';
import { narrow, type PickleCursor } from './pickle-cursor.ts';
import { globalNamed, PickleGlobal } from './pickle-global.ts';
import {
  Inert,
  PickleDict,
  PickleList,
  type PickleStorage,
  type PickleValue,
} from './pickle-value.ts';

const mark = Symbol('mark');
const longData = new PickleGlobal('long data', { kind: 'inert' });
type Slot = PickleValue | typeof mark;

/** Value of a pickle, and the storages that it refers to by key; a key may have several. */
export interface Unpickled {
  readonly value: PickleValue;
  readonly storages: ReadonlyMap<string, readonly PickleStorage[]>;
}

/**
 * Reads one pickle: a stack machine that knows plain data, tensors and a closed list of names, and
 * calls nothing. Leaves the cursor after the pickle.
 *
 * Errors: `UNSAFE_FILE` for a name outside the list or an instruction that could only serve to run
 * code; `CORRUPT_FILE`; `LIMIT_EXCEEDED`. Source: Python's documentation of `pickletools`.
 *
 * @example unpickle(new PickleCursor(bytesSource(bytes))).value // a PickleDict of PickleTensors
 */
export function unpickle(cursor: PickleCursor): Unpickled {
  const machine = new Machine(cursor);
  return { value: machine.run(), storages: machine.storages };
}

class Machine {
  /** Includes those that an inert object discarded: the older form stores them all in turn. */
  readonly storages = new Map<string, PickleStorage[]>();
  readonly #cursor: PickleCursor;
  readonly #stack: Slot[] = [];
  readonly #memo = new Map<number, Slot>();
  #containers = 0;

  constructor(cursor: PickleCursor) {
    this.#cursor = cursor;
  }

  run(): PickleValue {
    for (let count = 0; count < checkpointLimits.opcodes; count++) {
      const opcode = this.#cursor.byte();
      if (opcode === 0x2e) return this.#pop();
      this.#step(opcode);
      if (this.#stack.length > checkpointLimits.stack) throw this.#limit('values on its stack');
      if (this.#containers > checkpointLimits.containers)
        throw this.#limit('lists and dictionaries');
      if (this.#memo.size > checkpointLimits.memo) throw this.#limit('remembered values');
    }
    throw this.#limit('instructions');
  }

  #step(opcode: number): void {
    const made = this.#made(opcode);
    if (made === undefined) {
      this.#change(opcode);
      return;
    }
    if (typeof made === 'object' && made !== null) this.#containers++;
    this.#stack.push(made);
  }

  /** The value that an instruction pushes; undefined for one that changes the stack otherwise. */
  #made(opcode: number): Slot | undefined {
    const cursor = this.#cursor;
    switch (opcode) {
      case 0x28: // MARK
        return mark;
      case 0x32: // DUP
        return this.#top();
      case 0x4e: // NONE
        return null;
      case 0x88: // NEWTRUE
        return true;
      case 0x89: // NEWFALSE
        return false;
      case 0x49: // INT
        return this.#decimal(cursor.line(), true);
      case 0x4c: // LONG
        return this.#decimal(cursor.line().replace(/L$/, ''), false);
      case 0x4a: // BININT
        return cursor.int32();
      case 0x4b: // BININT1
        return cursor.unsigned(1);
      case 0x4d: // BININT2
        return cursor.unsigned(2);
      case 0x8a: // LONG1
        return cursor.integer(cursor.unsigned(1));
      case 0x8b: // LONG4
        return cursor.integer(cursor.unsigned(4));
      case 0x46: // FLOAT
        return Number(cursor.line());
      case 0x47: // BINFLOAT
        return cursor.float64();
      case 0x53: // STRING
        return cursor.line().replace(/^(['"])(.*)\1$/, '$2');
      case 0x56: // UNICODE
        return cursor.line();
      case 0x54: // BINSTRING
      case 0x58: // BINUNICODE
        return this.#text(cursor.unsigned(4));
      case 0x55: // SHORT_BINSTRING
      case 0x8c: // SHORT_BINUNICODE
        return cursor.text(cursor.unsigned(1));
      case 0x8d: // BINUNICODE8
        return this.#text(cursor.unsigned(8));
      case 0x42: // BINBYTES
        return this.#blob(cursor.unsigned(4));
      case 0x43: // SHORT_BINBYTES
        return cursor.blob(cursor.unsigned(1));
      case 0x8e: // BINBYTES8
      case 0x96: // BYTEARRAY8
        return this.#blob(cursor.unsigned(8));
      case 0x29: // EMPTY_TUPLE
      case 0x5d: // EMPTY_LIST
      case 0x8f: // EMPTY_SET
        return new PickleList();
      case 0x74: // TUPLE
      case 0x6c: // LIST
      case 0x91: // FROZENSET
        return new PickleList(this.#sinceMark());
      case 0x85: // TUPLE1
      case 0x86: // TUPLE2
      case 0x87: // TUPLE3
        return new PickleList(this.#take(opcode - 0x84));
      case 0x7d: // EMPTY_DICT
        return new PickleDict();
      case 0x64: // DICT
        return this.#withItems(new PickleDict(), this.#sinceMark());
      case 0x63: // GLOBAL
        return this.#global(cursor.line(), cursor.line());
      case 0x93: // STACK_GLOBAL
        return this.#global(...(this.#take(2) as [PickleValue, PickleValue]));
      case 0x52: // REDUCE
      case 0x81: // NEWOBJ
        return apply(...(this.#take(2) as [PickleValue, PickleValue]), cursor);
      case 0x92: {
        // NEWOBJ_EX: the third holds keyword arguments, which nothing here has.
        const [callable, args] = this.#take(3);
        return apply(callable!, args!, cursor);
      }
      case 0x62: // BUILD
        return build(...(this.#take(2) as [PickleValue, PickleValue]), cursor);
      case 0x51: // BINPERSID
        return this.#storage(persistent(this.#pop(), cursor));
      case 0x67: // GET
        return this.#get(Number(cursor.line()));
      case 0x68: // BINGET
        return this.#get(cursor.unsigned(1));
      case 0x6a: // LONG_BINGET
        return this.#get(cursor.unsigned(4));
      default:
        return undefined;
    }
  }

  #change(opcode: number): void {
    const cursor = this.#cursor;
    switch (opcode) {
      case 0x80: // PROTO
        if (cursor.byte() > 5) throw cursor.corrupt('its protocol is newer than 5');
        break;
      case 0x95: // FRAME: how far to read ahead
        cursor.skip(8);
        break;
      case 0x30: // POP
        this.#slot();
        break;
      case 0x31: // POP_MARK
        this.#sinceMark();
        break;
      case 0x61: // APPEND
        this.#append(this.#take(1));
        break;
      case 0x65: // APPENDS
      case 0x90: // ADDITEMS
        this.#append(this.#sinceMark());
        break;
      case 0x73: // SETITEM
        this.#setItems(this.#take(2));
        break;
      case 0x75: // SETITEMS
        this.#setItems(this.#sinceMark());
        break;
      case 0x70: // PUT
        this.#put(Number(cursor.line()));
        break;
      case 0x71: // BINPUT
        this.#put(cursor.unsigned(1));
        break;
      case 0x72: // LONG_BINPUT
        this.#put(cursor.unsigned(4));
        break;
      case 0x94: // MEMOIZE
        this.#put(this.#memo.size);
        break;
      case 0x69: // INST
      case 0x6f: // OBJ
      case 0x50: // PERSID
      case 0x82: // EXT1
      case 0x83: // EXT2
      case 0x84: // EXT4
        throw new GraftError(
          'UNSAFE_FILE',
          `${cursor.source.label}: byte ${cursor.at - 1}: pickle instruction 0x${opcode.toString(16)} makes objects in a way that torch.save does not; nothing was executed. Save the network's state_dict() again with torch.save, or as safetensors.`,
        );
      default:
        throw cursor.corrupt(
          `0x${opcode.toString(16)} is not an instruction that torch.save writes`,
        );
    }
  }

  #global(module: PickleValue, name: PickleValue): PickleValue {
    const cursor = this.#cursor;
    if (typeof module !== 'string' || typeof name !== 'string') {
      throw cursor.corrupt('a name was expected');
    }
    const full = `${module}.${name}`;
    const found = globalNamed(full);
    if (found) return found;
    const spread = full.startsWith('torch.distributed.');
    const whole = /^torch\.nn\.|^basicsr\.|\.(archs?|models?|nets?)\./.test(full);
    const advice = spread
      ? 'Its tensors are parts of tensors that several processes share; save the whole ones, tensor.full_tensor(), instead.'
      : whole
        ? 'It holds a whole network with its code; save its state_dict() instead.'
        : this.#stack.length === 0 && /^[A-Z]/.test(name)
          ? 'The file is one object of that class, such as a whole network with its code; load it in Python, where the class can be imported, and save its state_dict() instead.'
          : "Save only the network's state_dict(), with torch.save or as safetensors.";
    throw new GraftError(
      'UNSAFE_FILE',
      `${cursor.source.label}: byte ${cursor.at}: refers to '${shownName(full)}', which is not among the names that tensors are made from; nothing was executed. ${advice}`,
    );
  }

  #storage(storage: PickleStorage): PickleStorage {
    const same = this.storages.get(storage.key);
    if (same) same.push(storage);
    else this.storages.set(storage.key, [storage]);
    return storage;
  }

  #text(size: number): PickleValue {
    return size > checkpointLimits.textBytes ? this.#passOver(size) : this.#cursor.text(size);
  }

  #blob(size: number): PickleValue {
    return size > checkpointLimits.textBytes ? this.#passOver(size) : this.#cursor.blob(size);
  }

  /** Skips data longer than names and settings: the bytes of an array, a file kept as text. */
  #passOver(size: number): PickleValue {
    const { source, at } = this.#cursor;
    this.#cursor.skip(size);
    return new LongData(longData, source, at, at + size);
  }

  #append(items: PickleValue[]): void {
    const list = this.#top();
    // An inert object stays inert, whatever is added to it.
    if (list instanceof Inert) return;
    if (!(list instanceof PickleList)) throw this.#cursor.corrupt('a list was expected');
    // One by one: there may be more items than a call can have arguments.
    for (const item of items) list.items.push(item);
  }

  #setItems(items: PickleValue[]): void {
    const dict = this.#top();
    if (dict instanceof Inert) return;
    if (!(dict instanceof PickleDict)) throw this.#cursor.corrupt('a dictionary was expected');
    this.#withItems(dict, items);
  }

  #withItems(dict: PickleDict, items: readonly PickleValue[]): PickleDict {
    if (items.length % 2 !== 0) throw this.#cursor.corrupt('a key has no value');
    for (let i = 0; i < items.length; i += 2) {
      this.#cursor.checkKey(items[i]);
      dict.entries.set(items[i]!, items[i + 1]!);
    }
    return dict;
  }

  #put(index: number): void {
    this.#memo.set(index, this.#top());
  }

  #get(index: number): Slot {
    const value = this.#memo.get(index);
    if (value === undefined) throw this.#cursor.corrupt(`value ${index} was never remembered`);
    return value;
  }

  #decimal(text: string, booleans: boolean): PickleValue {
    if (booleans && (text === '00' || text === '01')) return text === '01';
    if (!/^-?\d{1,600}$/.test(text)) throw this.#cursor.corrupt('a whole number was expected');
    return narrow(BigInt(text));
  }

  #top(): Slot {
    const value = this.#stack.at(-1);
    if (value === undefined) throw this.#cursor.corrupt('its stack is empty');
    return value;
  }

  #slot(): Slot {
    const value = this.#top();
    this.#stack.pop();
    return value;
  }

  #pop(): PickleValue {
    const value = this.#slot();
    if (value === mark) throw this.#cursor.corrupt('a value was expected');
    return value;
  }

  #take(count: number): PickleValue[] {
    return Array.from({ length: count }, () => this.#pop()).reverse();
  }

  #sinceMark(): PickleValue[] {
    const at = this.#stack.lastIndexOf(mark);
    if (at < 0) throw this.#cursor.corrupt('a mark was expected');
    const values = this.#stack.splice(at) as PickleValue[];
    values.shift();
    return values;
  }

  #limit(what: string): GraftError {
    return new GraftError(
      'LIMIT_EXCEEDED',
      `${this.#cursor.source.label}: byte ${this.#cursor.at}: a pickle with more ${what} than a checkpoint has.`,
    );
  }
}
