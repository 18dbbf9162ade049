import { bytesSource, GraftError, modelBytes, readModel, readTensor } from '@pip-graft/onnx-graft';
import { readLater } from '@pip-graft/onnx-graft/node';
import fc from 'fast-check';
import onnxProto from 'onnx-proto';
import { describe, expect, it } from 'vitest';
import { richModel } from '../rich-model.ts';

const { onnx } = onnxProto;
const read = (bytes: Uint8Array) => readModel(bytesSource(bytes, 'net.onnx'));

function failure(bytes: Uint8Array): GraftError {
  try {
    read(bytes);
  } catch (error) {
    if (error instanceof GraftError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('readModel', () => {
  it('reads a model from another writer', () => {
    const model = read(richModel());
    expect(model.irVersion).toBe(8);
    expect(model.producer.name).toBe('other');
    expect([...model.opsets]).toEqual([['', 17]]);
    expect([...model.metadata]).toEqual([['author', 'someone']]);
    expect(model.graph.nodes.map((node) => node.opType)).toEqual(['Relu', 'If', 'Add']);
    expect(model.graph.nodes[1]?.subgraphs.map((body) => body.nodes[0]?.inputs)).toEqual([
      ['relu_out', 'w'],
      ['relu_out', 'w'],
    ]);
    expect(model.graph.sparseInitializers).toMatchObject([
      {
        name: 's',
        dataType: 'float32',
        dims: [4],
        tensors: [{ name: 's' }, { dataType: 'int64' }],
      },
    ]);
    expect(model.graph.inputs[0]).toMatchObject({ name: 'x', dataType: 'float32', dims: ['n', 2] });
    expect(
      model.functions.map(({ name, domain, inputs, outputs }) => ({
        name,
        domain,
        inputs,
        outputs,
      })),
    ).toEqual([{ name: 'f', domain: 'my', inputs: ['a'], outputs: ['b'] }]);
  });

  it('reads typed tensor data as bytes', () => {
    const model = read(richModel());
    const w = model.graph.initializers[1]!;
    expect([...new Float32Array(readTensor(model, w).slice().buffer)]).toEqual([1, 2]);
    expect([...new Float32Array(readTensor(model, w, { from: 1 }).slice().buffer)]).toEqual([2]);
  });

  it('reads typed data next to an empty raw_data', () => {
    const initializer = [
      { name: 'w', dataType: 1, dims: [2], floatData: [1, 2], rawData: new Uint8Array() },
    ];
    const bytes = onnx.ModelProto.encode({
      irVersion: 8,
      graph: { name: 'g', initializer },
    }).finish();
    const model = read(bytes);
    expect([
      ...new Float32Array(readTensor(model, model.graph.initializers[0]!).slice().buffer),
    ]).toEqual([1, 2]);
  });

  it('reads INT64_MAX and -1, and rejects a typed field of another length', () => {
    const most = '9223372036854775807';
    const tensor = (dims: number[], int64Data: unknown[]) => ({
      name: 'w',
      dataType: 7,
      dims,
      int64Data,
    });
    const initializer = [tensor([2], [most, -1]), tensor([4], [1, 2])].map((given) =>
      onnx.TensorProto.fromObject(given),
    );
    const model = read(
      onnx.ModelProto.encode({ irVersion: 8, graph: { name: 'g', initializer } }).finish(),
    );
    const [ends, short] = model.graph.initializers;
    expect([...new BigInt64Array(readTensor(model, ends!).slice().buffer)]).toEqual([
      BigInt(most),
      -1n,
    ]);
    expect(() => readTensor(model, short!)).toThrow(
      '16 bytes of data, but its dimensions and type need 32',
    );
  });

  it('rejects files that are not ONNX', () => {
    expect(failure(new Uint8Array()).message).toBe(
      'net.onnx: not an ONNX model: it is an empty file; download or export it again.',
    );
    for (const text of [
      'hello world',
      '<!DOCTYPE html>',
      '\x89PNG\r\n\x1a\n0000',
      'PK\x03\x04abc',
      '{"a": 1}',
    ]) {
      expect(failure(new TextEncoder().encode(text)).code, text).toBe('NOT_ONNX');
    }
  });

  it('names the byte at which a file is cut off', () => {
    const bytes = richModel();
    const error = failure(bytes.subarray(0, bytes.length - 150));
    expect(error.code).toBe('CORRUPT_FILE');
    expect(error.message).toMatch(
      /^net\.onnx: byte \d+: field 7 says it is \d+ bytes long, but only \d+ are left/,
    );
  });

  it('rejects a length of 4 GB without allocating it', () => {
    const error = failure(Uint8Array.from([0x08, 0x08, 0x3a, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x0a]));
    expect(error.message).toContain(
      'field 7 says it is 4294967295 bytes long, but only 1 are left',
    );
  });

  it('stops at deeply nested graphs', () => {
    let body = new Uint8Array();
    const wrap = (tag: number, inner: Uint8Array): Uint8Array<ArrayBuffer> => {
      const length: number[] = [];
      for (let rest = inner.length; ; rest >>= 7) {
        length.push(rest > 127 ? (rest & 127) | 128 : rest);
        if (rest <= 127) break;
      }
      return Uint8Array.from([tag, ...length, ...inner]);
    };
    for (let depth = 0; depth < 100; depth++) body = wrap(0x0a, wrap(0x2a, wrap(0x32, body)));
    const error = failure(Uint8Array.from([0x08, 0x08, ...wrap(0x3a, body)]));
    expect(error.code).toBe('LIMIT_EXCEEDED');
  });

  /** A model whose graph is `count` times the given bytes. */
  const repeated = (count: number, bytes: readonly number[]): Uint8Array => {
    const all = new Uint8Array(7 + count * bytes.length);
    const length = count * bytes.length;
    all.set([
      8,
      8,
      0x3a,
      ...[0, 7, 14].map((bits) => ((length >> bits) & 127) | 128),
      length >> 21,
    ]);
    for (let at = 7; at < all.length; at += bytes.length) all.set(bytes, at);
    return all;
  };
  const unknown = [0x18, 0];
  // A node of a thousand inputs without a name.
  const inputs = [0x0a, 0xd0, 0x0f, ...Array.from({ length: 1000 }, () => [0x0a, 0]).flat()];

  it.each([
    ['fields', 5_000_001, unknown],
    ['inputs of nodes', 5000, inputs],
  ])('stops after five million %s', (_, count, bytes) => {
    const error = failure(repeated(count, bytes));
    expect(error.code).toBe('LIMIT_EXCEEDED');
    expect(error.message).toMatch(
      /^net\.onnx: byte \d+: more than 5000000 fields and elements of lists\.$/,
    );
  });

  it('reads three million fields', () => {
    expect(read(repeated(3_000_000, unknown)).graph.fields.length).toBe(3_000_000);
  });

  it('gives a model or a typed error for any damage', () => {
    const bytes = richModel();
    const flips = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), {
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(flips, fc.nat(bytes.length), (changes, end) => {
        const damaged = bytes.slice();
        for (const [at, byte] of changes) damaged[at] = byte;
        try {
          read(damaged.subarray(0, end));
        } catch (error) {
          expect(error).toBeInstanceOf(GraftError);
          expect(['NOT_ONNX', 'CORRUPT_FILE', 'LIMIT_EXCEEDED']).toContain(
            (error as GraftError).code,
          );
        }
      }),
      { numRuns: 3000, seed: 1 },
    );
  });
});

describe('readLater', () => {
  it('rejects a path at once', () => {
    expect(() => readLater('net.onnx' as never)).toThrow('readLater: it takes a source');
  });

  it('reads what is beside the graph without the graph', () => {
    const bytes = richModel();
    const { graph } = read(bytes);
    const first = graph.nodes[0]!.field;
    bytes[first.start + 1] = 0xff;
    expect(() => read(bytes)).toThrow('byte');
    const later = readLater(bytesSource(bytes, 'net.onnx'));
    expect([...later.metadata]).toEqual([['author', 'someone']]);
    expect(later.producer.name).toBe('other');
    expect(modelBytes(later)).toEqual(bytes);
    expect(() => later.graph).toThrow('byte');
  });

  it('rejects a file that is cut off, and one without a graph', () => {
    const later = (bytes: Uint8Array) => readLater(bytesSource(bytes, 'net.onnx'));
    expect(() => later(richModel().slice(0, -1)).metadata).toThrow('byte');
    expect(() => later(Uint8Array.of(8, 8)).metadata).toThrow('it holds no graph');
  });
});
