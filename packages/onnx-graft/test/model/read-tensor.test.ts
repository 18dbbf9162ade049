import { bytesSource, readModel, readTensor } from '@pip-graft/onnx-graft';
import { describe, expect, test } from 'vitest';

/** A protobuf field of bytes. */
function bytesField(number: number, payload: Uint8Array): Uint8Array {
  const head = [number * 8 + 2];
  for (let rest = payload.length; ; rest = Math.floor(rest / 128)) {
    head.push(rest < 128 ? rest : (rest % 128) + 128);
    if (rest < 128) return Buffer.concat([Uint8Array.from(head), payload]);
  }
}

const varint = (value: number): number[] =>
  value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];

/** A model with one tensor whose numbers are in a typed field of onnx.proto. */
function withTensor(dataType: number, count: number, field: number, data: Uint8Array) {
  const fields = Uint8Array.from([0x08, ...varint(count), 0x10, dataType, 0x42, 1, 0x77]);
  const tensor = Buffer.concat([fields, bytesField(field, data)]);
  const graph = bytesField(7, bytesField(5, tensor));
  const opset = bytesField(8, Uint8Array.of(0x10, 17));
  return readModel(bytesSource(Buffer.concat([Uint8Array.of(0x08, 8), graph, opset])));
}

describe('numbers in typed fields', () => {
  // Far more than a list attribute may have: converters without raw data write whole layers so.
  const count = 5_500_000;

  test('float_data of any length is read', () => {
    const data = new Float32Array(count).map((_, at) => at / 7);
    const model = withTensor(1, count, 4, new Uint8Array(data.buffer));
    expect(
      Buffer.compare(readTensor(model, model.graph.initializers[0]!), Buffer.from(data.buffer)),
    ).toBe(0);
  });

  test('int32_data holds float16 as bits', () => {
    const model = withTensor(10, count, 5, new Uint8Array(count).fill(0x3c));
    const bytes = readTensor(model, model.graph.initializers[0]!);
    expect(bytes.length).toBe(2 * count);
    expect([...bytes.subarray(0, 4)]).toEqual([0x3c, 0, 0x3c, 0]);
  });

  test.each([
    ['floats in integers', 7, 4, /of int64 holds floats/],
    ['integers in floats', 1, 5, /of float32 holds integers/],
  ])('rejects %s', (_, dataType, field, message) => {
    const model = withTensor(dataType, 1, field, new Uint8Array(4));
    expect(() => readTensor(model, model.graph.initializers[0]!)).toThrow(
      expect.objectContaining({ code: 'CORRUPT_FILE', message: expect.stringMatching(message) }),
    );
  });
});
