import protobuf from 'protobufjs/minimal.js';
import { encodeText } from './text.ts';

/** Writes a protobuf message field by field; numbers come from `onnx`. */
export class FieldWriter {
  readonly #writer: protobuf.Writer;

  constructor(writer: protobuf.Writer = protobuf.Writer.create()) {
    this.#writer = writer;
  }

  /** A string, with the bytes it had in its file. */
  text(field: number, value: string): this {
    return this.bytes(field, encodeText(value));
  }

  bytes(field: number, value: Uint8Array): this {
    this.#writer.uint32(field * 8 + 2).bytes(value);
    return this;
  }

  /** An int32, an int64 or an enum. */
  int(field: number, value: number): this {
    this.#writer.uint32(field * 8).int64(value);
    return this;
  }

  float(field: number, value: number): this {
    this.#writer.uint32(field * 8 + 5).float(value);
    return this;
  }

  message(field: number, write: (inside: FieldWriter) => void): this {
    this.#writer.uint32(field * 8 + 2).fork();
    write(this);
    this.#writer.ldelim();
    return this;
  }

  finish(): Uint8Array {
    return this.#writer.finish();
  }
}
