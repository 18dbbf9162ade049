import { GraftError } from '../error.ts';
import { limits } from '../limits.ts';
import type { Field } from '../model/model.ts';
import type { ByteSource } from './source.ts';
import { decodeText } from './text.ts';

/** Large enough for thousands of nodes per read, small compared with one weight. */
const windowBytes = 64 * 1024;

/** Bytes to read after a jump over a weight: what follows is often a few bytes and another weight. */
const jumpBytes = 4096;

/** Longer records hold weights, or other records. */
const shortBytes = 4096;

/** Longer texts are no names. */
const nameBytes = 128;
/** Names to keep, a power of two: enough for those that are read soon after they are made. */
const keptNames = 4096;

const wire = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/**
 * Reads protobuf records of a source through a small window, with absolute positions, so that a 2
 * GB payload is skipped rather than loaded and an error can name its byte. protobufjs' Reader needs
 * the whole message in memory.
 *
 * Every length is checked against its enclosing record before it is used.
 * Errors: `CORRUPT_FILE`, `LIMIT_EXCEEDED`.
 */
export class WireReader {
  readonly source: ByteSource;
  position = 0;
  #window: Uint8Array = new Uint8Array();
  #buffer: Uint8Array;
  #windowStart = 0;
  #names: (string | undefined)[] | undefined;
  #records = 0;
  #fields = 0;

  constructor(source: ByteSource) {
    this.source = source;
    this.#buffer = new Uint8Array(Math.min(windowBytes, source.size));
  }

  /** Passes each field in [start, end) to `visit` with the reader at its payload. */
  fields(start: number, end: number, visit: (field: Field) => void): void {
    this.position = start;
    while (this.position < end) {
      const field = this.field(end);
      visit(field);
      this.position = field.end;
    }
  }

  /** The field at the position, in a record that ends at `end`; the reader is at its payload. */
  field(end: number): Field {
    this.#countField(this.position);
    return this.#field(end);
  }

  /** Counts one record against the limit. */
  count(): void {
    if (++this.#records > limits.records) {
      throw new GraftError(
        'LIMIT_EXCEEDED',
        `${this.source.label}: more than ${limits.records} nodes, tensors and values.`,
      );
    }
  }

  /**
   * A field's payload as a number. int64 beyond 2^53 loses its low bits, which only sentinels such
   * as INT64_MAX use.
   */
  int(field: Field): number {
    this.#expect(field, wire.varint);
    this.position = field.body;
    return this.varint(field.end);
  }

  float(field: Field): number {
    this.#expect(field, wire.fixed32);
    return this.#float(field.body);
  }

  string(field: Field): string {
    this.#expect(field, wire.bytes);
    return this.#text(field.body, field.end);
  }

  /** Whether a short record is known to have no byte outside ASCII, so that its texts are UTF-8. */
  isAscii(field: Field): boolean {
    const length = field.end - field.body;
    if (length > shortBytes) return false;
    const from = this.#within(field.body, length);
    if (from === undefined) return false;
    for (let at = from; at < from + length; at++) if (this.#window[at]! >= 0x80) return false;
    return true;
  }

  /** A repeated integer field, packed or not, appended to `out`. */
  ints(field: Field, out: number[]): void {
    if (field.wireType === wire.varint) out.push(this.int(field));
    else {
      this.#expect(field, wire.bytes);
      this.position = field.body;
      while (this.position < field.end) {
        this.#checkList(field, out);
        out.push(this.varint(field.end));
      }
    }
  }

  /**
   * Passes each number of a repeated integer field, packed or not. For the data of tensors, which
   * may be longer than any list: the file's size is the limit.
   */
  eachInt(field: Field, visit: (value: number) => void): void {
    if (field.wireType !== wire.varint) this.#expect(field, wire.bytes);
    this.position = field.body;
    while (this.position < field.end) visit(this.varint(field.end));
  }

  /** A repeated float field, packed or not, appended to `out`. */
  floats(field: Field, out: number[]): void {
    if ((field.end - field.body) / 4 + out.length > limits.listElements) this.#failList(field);
    const bytes = this.floatBytes(field);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let at = 0; at < bytes.length; at += 4) {
      this.#countField(field.start);
      out.push(view.getFloat32(at, true));
    }
  }

  /** The bytes of a repeated float field, packed or not: float32, little-endian. */
  floatBytes(field: Field): Uint8Array {
    if (field.wireType !== wire.fixed32) this.#expect(field, wire.bytes);
    if ((field.end - field.body) % 4 !== 0)
      this.fail(field.start, 'a list of floats whose length is not a multiple of 4');
    return this.source.read(field.body, field.end);
  }

  message(field: Field): void {
    this.#expect(field, wire.bytes);
  }

  fail(at: number, what: string): never {
    throw new GraftError('CORRUPT_FILE', `${this.source.label}: byte ${at}: ${what}.`);
  }

  varint(end: number): number {
    // Most numbers in a model file take one byte: tags, small lengths, small integers.
    const offset = this.position - this.#windowStart;
    if (offset >= 0 && offset < this.#window.length && this.position < end) {
      const byte = this.#window[offset]!;
      if (byte < 0x80) {
        this.position++;
        return byte;
      }
    }
    return this.#longVarint(end);
  }

  #longVarint(end: number): number {
    let low = 0;
    let high = 0;
    const start = this.position;
    for (let index = 0; index < 10; index++) {
      if (this.position >= end) this.fail(start, 'a number that runs past the end of its record');
      const byte = this.#byte(this.position++);
      const bits = byte & 0x7f;
      if (index < 4) low |= bits << (7 * index);
      else if (index === 4) {
        low |= bits << 28;
        high |= bits >> 4;
      } else high |= bits << (7 * index - 32);
      if (byte < 0x80) return (high | 0) * 4294967296 + (low >>> 0);
    }
    return this.fail(start, 'a number longer than ten bytes');
  }

  #countField(at: number): void {
    if (++this.#fields > limits.fields) {
      throw new GraftError(
        'LIMIT_EXCEEDED',
        `${this.source.label}: byte ${at}: more than ${limits.fields} fields and elements of lists.`,
      );
    }
  }

  #field(end: number): Field {
    const start = this.position;
    const tag = this.varint(end);
    const number = Math.floor(tag / 8);
    const wireType = tag % 8;
    if (tag < 8 || tag > 0xffffffff) this.fail(start, `a field number out of range`);
    let body = this.position;
    let stop: number;
    if (wireType === wire.varint) {
      this.varint(end);
      stop = this.position;
    } else if (wireType === wire.bytes) {
      const length = this.varint(end);
      body = this.position;
      stop = body + length;
      if (length < 0 || stop > end) {
        this.fail(
          start,
          `field ${number} says it is ${length} bytes long, but only ${end - body} are left; the file is cut off or damaged`,
        );
      }
    } else if (wireType === wire.fixed32 || wireType === wire.fixed64) {
      stop = body + (wireType === wire.fixed32 ? 4 : 8);
      if (stop > end) this.fail(start, `field ${number} is cut off`);
    } else
      return this.fail(start, `field ${number} has wire type ${wireType}, which ONNX does not use`);
    return { number, wireType, start, body, end: stop };
  }

  #expect(field: Field, wireType: number): void {
    if (field.wireType !== wireType) {
      this.fail(
        field.start,
        `field ${field.number} has wire type ${field.wireType}, expected ${wireType}`,
      );
    }
  }

  #checkList(field: Field, out: readonly number[]): void {
    this.#countField(field.start);
    if (out.length >= limits.listElements) this.#failList(field);
  }

  #failList(field: Field): never {
    throw new GraftError(
      'LIMIT_EXCEEDED',
      `${this.source.label}: byte ${field.start}: a list of more than ${limits.listElements} elements.`,
    );
  }

  #byte(at: number): number {
    const offset = at - this.#windowStart;
    if (offset >= 0 && offset < this.#window.length) return this.#window[offset]!;
    this.#load(at);
    return this.#window[0]!;
  }

  #load(at: number): void {
    const { source } = this;
    const isNext = at >= this.#windowStart && at <= this.#windowStart + this.#window.length;
    const wanted = Math.min(isNext ? windowBytes : jumpBytes, source.size - at);
    const got = source.fill(this.#buffer.subarray(0, wanted), at);
    this.#window = this.#buffer.subarray(0, got);
    this.#windowStart = at;
  }

  #float(at: number): number {
    const bytes = this.source.read(at, at + 4);
    return new DataView(bytes.buffer, bytes.byteOffset, 4).getFloat32(0, true);
  }

  #text(start: number, end: number): string {
    const length = end - start;
    if (length === 0) return '';
    if (length > limits.stringBytes) {
      throw new GraftError(
        'LIMIT_EXCEEDED',
        `${this.source.label}: byte ${start}: a string of ${length} bytes; at most ${limits.stringBytes} are read.`,
      );
    }
    const offset = this.#within(start, length);
    if (offset === undefined) return decodeText(this.source.read(start, end));
    if (length > nameBytes) return decodeText(this.#window.subarray(offset, offset + length));
    // A value is named where it is made and wherever it is read: one string for all.
    let hash = length;
    for (let at = offset; at < offset + length; at++)
      hash = (Math.imul(hash, 31) + this.#window[at]!) | 0;
    this.#names ??= new Array<string | undefined>(keptNames).fill(undefined);
    const slot = (hash ^ (hash >>> 15)) & (keptNames - 1);
    const known = this.#names[slot];
    if (known !== undefined && this.#isAt(offset, length, known)) return known;
    const text = decodeText(this.#window.subarray(offset, offset + length));
    this.#names[slot] = text;
    return text;
  }

  /** Whether the bytes at an offset of the window are a text in ASCII. */
  #isAt(offset: number, length: number, text: string): boolean {
    if (text.length !== length) return false;
    for (let i = 0; i < length; i++) {
      const byte = this.#window[offset + i]!;
      if (byte >= 0x80 || byte !== text.charCodeAt(i)) return false;
    }
    return true;
  }

  /** Where bytes are in the window, loaded if need be; undefined if they do not fit into it. */
  #within(start: number, length: number): number | undefined {
    const offset = start - this.#windowStart;
    if (offset >= 0 && offset + length <= this.#window.length) return offset;
    this.#load(start);
    return length <= this.#window.length ? 0 : undefined;
  }
}
