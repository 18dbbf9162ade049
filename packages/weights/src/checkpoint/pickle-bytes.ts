import { type ByteSource, GraftError } from '@pip-graft/onnx-graft';
import { checkpointLimits as limits } from './limits.ts';

const windowBytes = 64 * 1024;
const newline = 0x0a;

/** Reads forward through a source a window at a time; where a pickle ends is known only when it does. */
export class PickleBytes {
  readonly source: ByteSource;
  readonly #first: number;
  #window = new Uint8Array();
  #windowStart: number;
  #at: number;

  constructor(source: ByteSource, start = 0) {
    this.source = source;
    this.#first = start;
    this.#windowStart = start;
    this.#at = start;
  }

  /** Position of the next byte in the source. */
  get at(): number {
    return this.#at;
  }

  get left(): number {
    return this.source.size - this.#at;
  }

  byte(): number {
    return this.take(1)[0]!;
  }

  /** The next bytes, as a view that is not to be kept. Errors: `CORRUPT_FILE`, `LIMIT_EXCEEDED`. */
  take(length: number): Uint8Array {
    if (length > this.left) {
      throw new GraftError(
        'CORRUPT_FILE',
        `${this.source.label}: ${length} bytes were needed at byte ${this.#at}, but ${this.left} are left; the file is cut off or damaged, get it again.`,
      );
    }
    if (this.#at + length - this.#first > limits.pickleBytes) {
      throw new GraftError(
        'LIMIT_EXCEEDED',
        `${this.source.label}: its pickle is longer than ${limits.pickleBytes} bytes; a checkpoint's is not. Save the weights alone.`,
      );
    }
    const from = this.#at - this.#windowStart;
    this.#at += length;
    if (from + length <= this.#window.length) return this.#window.subarray(from, from + length);
    this.#windowStart += from;
    const end = Math.min(this.source.size, this.#windowStart + Math.max(length, windowBytes));
    this.#window = this.source.read(this.#windowStart, end);
    return this.#window.subarray(0, length);
  }

  /** Little-endian and unsigned, of 1 to 8 bytes; past 2^53 it is past every limit, rounded or not. */
  uint(length: number): number {
    const bytes = this.take(length);
    let value = 0;
    for (let i = length - 1; i >= 0; i--) value = value * 256 + bytes[i]!;
    return value;
  }

  int32(): number {
    return this.uint(4) | 0;
  }

  /** Eight bytes, the highest first: the one big-endian number of the format. */
  float64(): number {
    const bytes = this.take(8);
    return new DataView(bytes.buffer, bytes.byteOffset, 8).getFloat64(0);
  }

  /** Two's complement, little-endian, any length. */
  integer(length: number): number | bigint {
    if (length > limits.integerBytes) {
      throw new GraftError(
        'LIMIT_EXCEEDED',
        `${this.source.label}: an integer of ${length} bytes before byte ${this.#at}; at most ${limits.integerBytes} are read.`,
      );
    }
    if (length === 0) return 0;
    let hex = '0x';
    for (const byte of this.take(length).toReversed()) hex += byte.toString(16).padStart(2, '0');
    const value = BigInt.asIntN(8 * length, BigInt(hex));
    return -maxSafe <= value && value <= maxSafe ? Number(value) : value;
  }

  /** A copy of the next bytes. */
  bytes(length: number): Uint8Array {
    this.#checkString(length);
    return this.take(length).slice();
  }

  /** Text as Python wrote it; what is not UTF-8 (lone surrogates, old byte strings) is replaced. */
  text(length: number): string {
    this.#checkString(length);
    return new TextDecoder().decode(this.take(length));
  }

  /** Text up to a newline, which is taken too. */
  line(): string {
    const start = this.#at;
    const bytes: number[] = [];
    for (let byte = this.byte(); byte !== newline; byte = this.byte()) {
      bytes.push(byte);
      if (bytes.length > limits.lineBytes) {
        throw new GraftError(
          'LIMIT_EXCEEDED',
          `${this.source.label}: the name at byte ${start} is longer than ${limits.lineBytes} bytes.`,
        );
      }
    }
    return new TextDecoder().decode(new Uint8Array(bytes));
  }

  #checkString(length: number): void {
    if (length <= limits.stringBytes || length > this.left) return;
    throw new GraftError(
      'LIMIT_EXCEEDED',
      `${this.source.label}: a string of ${length} bytes before byte ${this.#at}; at most ${limits.stringBytes} are read.`,
    );
  }
}

const maxSafe = BigInt(Number.MAX_SAFE_INTEGER);
