import { type ByteSource, GraftError } from '@pip-graft/onnx-graft';
import { checkpointLimits, shownName } from './checkpoint.ts';

const windowBytes = 64 * 1024;

/** Reads a pickle's operands from a source, starting at an offset, through a small window. */
export class PickleCursor {
  readonly source: ByteSource;
  at: number;
  #window: Uint8Array = new Uint8Array(0);
  #arrayBytes = 0;
  #start = 0;

  constructor(source: ByteSource, at = 0) {
    this.source = source;
    this.at = at;
  }

  byte(): number {
    return this.#bytes(1)[0]!;
  }

  /** An unsigned little-endian number of `size` bytes. */
  unsigned(size: 1 | 2 | 4 | 8): number {
    const bytes = this.#bytes(size);
    let value = 0;
    for (let i = size - 1; i >= 0; i--) value = value * 256 + bytes[i]!;
    if (value > Number.MAX_SAFE_INTEGER) throw this.corrupt(`a length of ${value} bytes`);
    return value;
  }

  int32(): number {
    return this.unsigned(4) | 0;
  }

  float64(): number {
    const bytes = this.#bytes(8);
    return new DataView(bytes.buffer, bytes.byteOffset, 8).getFloat64(0, false);
  }

  /** A little-endian two's complement number. */
  integer(size: number): number | bigint {
    if (size > checkpointLimits.integerBytes) throw this.#tooLong('an integer', size);
    const bytes = this.#bytes(size);
    let value = 0n;
    for (let i = size - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]!);
    return narrow(BigInt.asIntN(size * 8, value));
  }

  text(size: number): string {
    if (size > checkpointLimits.textBytes) throw this.#tooLong('a text', size);
    return new TextDecoder().decode(this.#bytes(size));
  }

  /** Errors: `LIMIT_EXCEEDED` for a key that is longer than a name can be. */
  checkKey(key: unknown): void {
    if (typeof key !== 'string' || key.length <= checkpointLimits.pathLength) return;
    throw new GraftError(
      'LIMIT_EXCEEDED',
      `${this.source.label}: byte ${this.at}: key '${shownName(key)}' has ${key.length} characters; at most ${checkpointLimits.pathLength} are read.`,
    );
  }

  /** A copy of the bytes, up to the limit of a text. */
  blob(size: number): Uint8Array {
    if (size > checkpointLimits.textBytes) throw this.#tooLong('a byte string', size);
    return this.#bytes(size).slice();
  }

  /** The rest of a line, without its end. */
  line(): string {
    const codes: number[] = [];
    for (let code = this.byte(); code !== 10; code = this.byte()) {
      codes.push(code);
      if (codes.length > checkpointLimits.textBytes) throw this.#tooLong('a line', codes.length);
    }
    return new TextDecoder().decode(Uint8Array.from(codes));
  }

  skip(size: number): void {
    if (size > this.source.size - this.at) throw this.#cut(size);
    this.at += size;
  }

  /** Counts the bytes of an array; more than the file has are the same bytes, many times. */
  countArray(bytes: number): void {
    this.#arrayBytes += bytes;
    if (this.#arrayBytes <= this.source.size) return;
    throw new GraftError(
      'LIMIT_EXCEEDED',
      `${this.source.label}: byte ${this.at}: its arrays have more bytes than the file.`,
    );
  }

  corrupt(problem: string): GraftError {
    return new GraftError(
      'CORRUPT_FILE',
      `${this.source.label}: byte ${this.at}: not a valid pickle: ${problem}.`,
    );
  }

  /** Valid until the next read. */
  #bytes(size: number): Uint8Array {
    const { source, at } = this;
    if (size > source.size - at) throw this.#cut(size);
    const from = at - this.#start;
    this.at += size;
    if (from >= 0 && from + size <= this.#window.length) {
      return this.#window.subarray(from, from + size);
    }
    this.#start = at;
    this.#window = source.read(at, Math.min(source.size, at + Math.max(windowBytes, size)));
    return this.#window.subarray(0, size);
  }

  #cut(size: number): GraftError {
    return this.corrupt(
      `${size} bytes were expected, but only ${this.source.size - this.at} follow`,
    );
  }

  #tooLong(what: string, size: number): GraftError {
    return new GraftError(
      'LIMIT_EXCEEDED',
      `${this.source.label}: byte ${this.at}: ${what} of ${size} bytes is longer than a checkpoint's can be.`,
    );
  }
}

/** A bigint as a number if that is exact, as for sizes and counters. */
export function narrow(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
