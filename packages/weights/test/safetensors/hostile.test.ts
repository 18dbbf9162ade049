import { bytesSource, GraftError } from '@pip-graft/onnx-graft';
import { openSafetensors, readSafetensors, writeSafetensors } from '@pip-graft/weights';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

/** A file with the given header text and amount of data. */
function file(header: string, dataSize = 0): Uint8Array {
  const text = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + text.length + dataSize);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}

const entry = (start: number, end: number, shape = '[1]', dtype = '"F32"') =>
  `{"dtype":${dtype},"shape":${shape},"data_offsets":[${start},${end}]}`;

describe('readSafetensors on every integer type', () => {
  it.each([
    ['I64', 8],
    ['U64', 8],
    ['I32', 4],
    ['U32', 4],
    ['I16', 2],
    ['U16', 2],
    ['I8', 1],
    ['U8', 1],
    ['BOOL', 1],
  ] as const)('reads %s', (dtype, size) => {
    const bytes = file(`{"n":${entry(0, size, '[]', `"${dtype}"`)}}`, size);
    bytes[bytes.length - size] = 1;
    expect(readSafetensors(bytes).tensors.get('n')).toEqual({
      dims: [],
      data: new Float32Array([1]),
    });
  });
});

it('reads metadata of null as none, as the format allows', () => {
  const { metadata, tensors } = readSafetensors(
    file(`{"__metadata__":null,"n":${entry(0, 4)}}`, 4),
  );
  expect(Object.keys(metadata)).toEqual([]);
  expect([...tensors.keys()]).toEqual(['n']);
});

describe('readSafetensors on hostile bytes', () => {
  it('rejects an unsupported type by name, only when its tensor is read', () => {
    const bytes = file(`{"a":${entry(0, 1, '[1]', '"F8_E4M3"')},"b":${entry(1, 5)}}`, 5);
    const opened = openSafetensors(bytesSource(bytes, 'f8.safetensors'));
    expect(opened.load('b').dims).toEqual([1]);
    expect(() => opened.load('a')).toThrow(
      expect.objectContaining({
        code: 'UNSUPPORTED_HOST',
        message: expect.stringMatching(/f8\.safetensors: tensor 'a': F8_E4M3/),
      }),
    );
  });

  it.each([
    [
      'names',
      `{${Array.from({ length: 40_000 }, (_, i) => `"t${i}":${entry(0, 0, '[0]')}`).join()}}`,
    ],
    ['members', `{"a":{"shape":[${'1,'.repeat(1_100_000)}1]}}`],
  ])('does not parse a header with more %s than a checkpoint has', (_what, json) => {
    expect(() => readSafetensors(file(json), 'many.safetensors')).toThrow(
      expect.objectContaining({ code: 'LIMIT_EXCEEDED' }),
    );
  });

  it.each([
    ['nothing', new Uint8Array(0), /0 bytes/],
    [
      'a length past the end',
      new Uint8Array([255, 0, 0, 0, 0, 0, 0, 0, 123, 125]),
      /255 bytes, but only 2/,
    ],
    ['a length of 2^63', new Uint8Array([0, 0, 0, 0, 0, 0, 0, 128, 123, 125]), /only 2 follow/],
    ['text that is not JSON', file('{'), /not JSON/],
    ['brackets without end', file('['.repeat(200_000)), /not JSON|not an object/],
    ['a list', file('[]'), /not an object/],
    ['bytes that are not UTF-8', new Uint8Array([1, 0, 0, 0, 0, 0, 0, 0, 0xff]), /UTF-8/],
    ['one name twice', file(`{"a":${entry(0, 4)},"a":${entry(0, 4)}}`, 4), /twice/],
    [
      'one name twice, once escaped',
      file(`{"a":${entry(0, 4)},"\\u0061":${entry(0, 4)}}`, 4),
      /twice/,
    ],
    [
      'two tensors on the same bytes',
      file(`{"a":${entry(0, 4)},"b":${entry(0, 4)}}`, 4),
      /starts at 0 where 4/,
    ],
    ['overlap', file(`{"a":${entry(0, 8, '[2]')},"b":${entry(4, 8)}}`, 8), /starts at 4 where 8/],
    ['a hole', file(`{"a":${entry(0, 4)},"b":${entry(8, 12)}}`, 12), /starts at 8 where 4/],
    ['left-over data', file(`{"a":${entry(0, 4)}}`, 5), /end at 4, but it has 5/],
    ['data cut off', file(`{"a":${entry(0, 4)}}`, 3), /end at 4, but it has 3/],
    [
      'a shape that does not fit',
      file(`{"a":${entry(0, 4, '[2]')}}`, 4),
      /takes 8 bytes, but it has 4/,
    ],
    ['a shape past 2^53', file(`{"a":${entry(0, 4, '[4294967296,4294967296]')}}`, 4), /takes/],
    ['a negative size', file(`{"a":${entry(0, 4, '[-1]')}}`, 4), /not a list of sizes/],
    ['a broken size', file(`{"a":${entry(0, 4, '[0.5]')}}`, 4), /not a list of sizes/],
    [
      'far too many axes',
      file(`{"a":${entry(0, 4, `[${Array(99).fill(1)}]`)}}`, 4),
      /not a list of sizes/,
    ],
    ['offsets backwards', file(`{"a":${entry(4, 0)}}`, 4), /has -4/],
    [
      'three offsets',
      file('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,4]}}', 4),
      /data_offsets/,
    ],
    ['an unknown type that ends first', file(`{"a":${entry(1, 0, '[1]', '"F4"')}}`), /ends at 0/],
    [
      'a type from Object.prototype',
      file(`{"a":${entry(0, 1, '[1]', '"toString"')}}`, 1),
      /toString/,
    ],
    ['no type', file('{"a":{"shape":[1],"data_offsets":[0,4]}}', 4), /missing/],
    ['an entry that is null', file('{"a":null}'), /not an object/],
    ['metadata that is not text', file('{"__metadata__":{"a":1}}'), /not text/],
  ])('%s is one typed error that names the file', (_, bytes, message) => {
    const read = () => readSafetensors(bytes, 'evil.safetensors');
    expect(read).toThrow(expect.objectContaining({ code: 'CORRUPT_FILE' }));
    expect(read).toThrow(message);
    expect(read).toThrow(/evil\.safetensors/);
  });

  it('rejects a header past the limit before reading it', () => {
    const size = 100_000_001;
    const source = new Uint8Array(8 + size);
    new DataView(source.buffer).setBigUint64(0, BigInt(size), true);
    expect(() => readSafetensors(source)).toThrow(
      expect.objectContaining({ code: 'LIMIT_EXCEEDED' }),
    );
  });

  it('fails only with typed errors if bytes of a good file are changed or cut', () => {
    const good = writeSafetensors(
      new Map([
        ['a', { dims: [2, 2], data: new Float32Array(4) }],
        ['b', { dims: [3], data: new Float32Array(3) }],
      ]),
      { note: 'x' },
    );
    const edit = fc.tuple(fc.nat(good.length - 1), fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(fc.array(edit, { maxLength: 3 }), fc.nat(good.length), (edits, length) => {
        const bytes = good.slice(0, length);
        for (const [at, byte] of edits) if (at < length) bytes[at] = byte;
        try {
          const { tensors } = readSafetensors(bytes);
          for (const { dims, data } of tensors.values()) {
            expect(data.length).toBe(dims.reduce((a, b) => a * b, 1));
          }
        } catch (error) {
          expect(error).toBeInstanceOf(GraftError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
