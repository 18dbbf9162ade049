// protobuf as a tree of records that can be taken apart, damaged and reassembled.
import { join } from './blind.mjs';

const utf8 = new TextEncoder();

/**
 * One of `int`, `bytes` and `parts` is set. `tag` and `length` are bytes to write instead of the
 * real ones.
 *
 * @typedef {object} Field
 * @property {number} number
 * @property {number} wire
 * @property {bigint} [int]
 * @property {Uint8Array} [bytes]
 * @property {Field[]} [parts]
 * @property {Uint8Array} [tag]
 * @property {Uint8Array} [length]
 */

/** The messages inside ONNX's messages, by field number (onnx.proto). */
const entry = {};
const tensor = { 13: entry };
const shape = { 1: {} };
const type = { 1: { 2: shape } };
const attribute = { 5: tensor };
const node = { 5: attribute };
const value = { 2: type };
const graph = { 1: node, 5: tensor, 11: value, 12: value, 13: value, 15: { 1: tensor, 2: tensor } };
attribute[6] = graph;
attribute[11] = graph;
export const modelSchema = { 7: graph, 8: {}, 14: entry, 25: { 7: node } };

/**
 * The records of valid protobuf.
 *
 * @param {Uint8Array} bytes
 * @returns {Field[]}
 */
export function parse(bytes, schema = modelSchema) {
  const records = [];
  for (let at = 0; at < bytes.length; ) {
    const tag = varintAt(bytes, at);
    const number = Number(tag.value >> 3n);
    const wire = Number(tag.value & 7n);
    at = tag.end;
    if (wire === 0) {
      const { value, end } = varintAt(bytes, at);
      records.push({ number, wire, int: value });
      at = end;
    } else {
      const length = wire === 2 ? varintAt(bytes, at) : { value: wire === 5 ? 4n : 8n, end: at };
      const body = bytes.subarray(length.end, length.end + Number(length.value));
      const inner = wire === 2 ? schema[number] : undefined;
      records.push(
        inner ? { number, wire, parts: parse(body, inner) } : { number, wire, bytes: body },
      );
      at = length.end + Number(length.value);
    }
  }
  return records;
}

/** The bytes of records. */
export function encode(records) {
  const out = [];
  for (const record of records) {
    const { number, wire, int, bytes, parts, tag, length } = record;
    out.push(tag ?? varint((BigInt(number) << 3n) | BigInt(wire)));
    if (parts === undefined && bytes === undefined) out.push(varint(int));
    else {
      const body = parts ? encode(parts) : bytes;
      if (wire === 2 || length) out.push(length ?? varint(BigInt(body.length)));
      out.push(body);
    }
  }
  return join(...out);
}

/** A varint, padded with continuation bytes to `width`. */
export function varint(value, width = 1) {
  const out = [];
  let rest = BigInt.asUintN(64, value);
  do {
    out.push(Number(rest & 0x7fn));
    rest >>= 7n;
  } while (rest > 0n);
  while (out.length < width) out.push(0);
  return Uint8Array.from(out, (byte, index) => (index < out.length - 1 ? byte | 0x80 : byte));
}

export const message = (number, parts) => ({ number, wire: 2, parts });
export const text = (number, string) => ({ number, wire: 2, bytes: utf8.encode(string) });
export const raw = (number, bytes) => ({ number, wire: 2, bytes });
export const int = (number, value) => ({ number, wire: 0, int: BigInt(value) });

/** Every record in a tree. */
export function all(records) {
  return records.flatMap((record) => [record, ...(record.parts ? all(record.parts) : [])]);
}

function varintAt(bytes, start) {
  let value = 0n;
  for (let at = start; ; at++) {
    value |= BigInt(bytes[at] & 0x7f) << BigInt(7 * (at - start));
    if (bytes[at] < 0x80) return { value, end: at + 1 };
  }
}
