import { bytesSource } from '@pip-graft/onnx-graft';
import {
  type FloatTensor,
  openSafetensors,
  readSafetensors,
  safetensorsParts,
  writeSafetensors,
} from '@pip-graft/weights';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const tensor = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 }).chain((dims) => {
  const length = dims.reduce((a, b) => a * b, 1);
  return fc
    .array(fc.float(), { minLength: length, maxLength: length })
    .map((data): FloatTensor => ({ dims, data: Float32Array.from(data) }));
});
const name = fc.string().filter((text) => text !== '__metadata__');
const tensorMap = fc
  .array(fc.tuple(name, tensor), { maxLength: 6 })
  .map((entries) => new Map(entries));

describe('writeSafetensors and readSafetensors', () => {
  it('round-trip any names, shapes and numbers', () => {
    fc.assert(
      fc.property(tensorMap, fc.dictionary(fc.string(), fc.string()), (tensors, metadata) => {
        const read = readSafetensors(writeSafetensors(tensors, metadata));
        expect(new Map(read.tensors)).toEqual(tensors);
        expect(Object.entries(read.metadata).sort()).toEqual(Object.entries(metadata).sort());
      }),
    );
  });

  it('write in parts, in which float32 tensors are not copied', () => {
    const data = new Float32Array([1, 2]);
    const tensors = new Map([['a', { dims: [2], data }]]);
    const parts = [...safetensorsParts(tensors, { x: '1' })];
    expect(Buffer.concat(parts)).toEqual(Buffer.from(writeSafetensors(tensors, { x: '1' })));
    expect(parts.at(-1)!.buffer).toBe(data.buffer);
    expect([...safetensorsParts(tensors, {}, 'float16')].at(-1)).toHaveLength(4);
  });

  it('write the same bytes in any order of tensors', () => {
    const a = { dims: [1], data: new Float32Array([1]) };
    const b = { dims: [2], data: new Float32Array([2, 3]) };
    const one = writeSafetensors(
      new Map([
        ['a', a],
        ['b', b],
      ]),
      { x: '1', y: '2' },
    );
    const two = writeSafetensors(
      new Map([
        ['b', b],
        ['a', a],
      ]),
      { y: '2', x: '1' },
    );
    expect(two).toEqual(one);
  });

  it('write exactly these bytes', () => {
    const bytes = writeSafetensors(new Map([['w', { dims: [1, 1], data: new Float32Array([1]) }]]));
    const header = '{"w":{"dtype":"F32","shape":[1,1],"data_offsets":[0,4]}}';
    expect(Buffer.from(bytes.subarray(8, 8 + header.length)).toString()).toBe(header);
    expect(bytes[0]! % 8).toBe(0);
    expect([...bytes.subarray(-4)]).toEqual([0, 0, 0x80, 0x3f]);
  });

  it.each(['float16', 'bfloat16', 'float64'] as const)('store %s', (type) => {
    const tensors = new Map([['w', { dims: [3], data: new Float32Array([1, -2, 0.5]) }]]);
    expect(new Map(readSafetensors(writeSafetensors(tensors, {}, type)).tensors)).toEqual(tensors);
  });

  it('reject a reserved name or a wrong shape', () => {
    const data = new Float32Array(3);
    for (const tensors of [
      new Map([['__metadata__', { dims: [3], data }]]),
      new Map([['w', { dims: [2], data }]]),
    ]) {
      expect(() => writeSafetensors(tensors)).toThrow(
        expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
      );
    }
  });
});

describe('openSafetensors', () => {
  it('reads only the requested tensor', () => {
    const bytes = writeSafetensors(
      new Map([
        ['a', { dims: [1000], data: new Float32Array(1000) }],
        ['b', { dims: [2], data: new Float32Array([4, 5]) }],
      ]),
    );
    const inner = bytesSource(bytes);
    let most = 0;
    const file = openSafetensors({
      ...inner,
      read(start, end) {
        most = Math.max(most, end - start);
        return inner.read(start, end);
      },
    });
    expect([...file.load('b').data]).toEqual([4, 5]);
    expect(most).toBeLessThan(500);
    expect(file.headers.get('a')).toMatchObject({ dtype: 'F32', dims: [1000] });
    expect(() => file.load('c')).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
  });
});
