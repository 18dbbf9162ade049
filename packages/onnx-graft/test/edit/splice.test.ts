import {
  bytesSource,
  GraftError,
  type Model,
  NameScope,
  readModel,
  type SpliceUndo,
  splice,
  unsplice,
} from '@pip-graft/onnx-graft';
import onnxProto from 'onnx-proto';
import { describe, expect, it } from 'vitest';
import { joinPieces } from '../../src/wire/source.ts';
import { richModel } from '../rich-model.ts';

const read = (bytes: Uint8Array) => readModel(bytesSource(bytes, 'net.onnx'));
const bytesOf = (model: Model) => model.source.read(0, model.source.size);

/** Inserts y = gain * relu_out before the join, with an optional input `gain`. */
function graft(model: Model, uses = [{ node: 2, input: 1 }]): { grafted: Model; undo: SpliceUndo } {
  let undo: SpliceUndo | undefined;
  const grafted = splice(model, 'pip', {
    fragments: [
      {
        fragment: {
          nodes: [
            {
              name: 'pip/mul',
              opType: 'Mul',
              domain: '',
              inputs: ['relu_out', 'gain'],
              outputs: ['pip/out'],
              attributes: {},
            },
          ],
          initializers: [
            { name: 'pip/w', dataType: 'float32', dims: [1], data: new Uint8Array(4) },
          ],
        },
        redirects: [{ value: 'relu_out', uses, to: 'pip/out' }],
      },
    ],
    inputs: [
      {
        value: { name: 'gain', dataType: 'float32', dims: [] },
        default: {
          name: 'gain',
          dataType: 'float32',
          dims: [],
          data: new Uint8Array([0, 0, 128, 63]),
        },
      },
    ],
    stamp: (made) => {
      undo = made;
      return { key: 'pip_graft', value: JSON.stringify(made) };
    },
  });
  return { grafted, undo: undo! };
}

describe('splice', () => {
  it('inserts before the reader, redirects only the chosen use and creates no loop', () => {
    const { grafted } = graft(read(richModel()));
    expect(grafted.graph.nodes.map((node) => [node.opType, ...node.inputs])).toEqual([
      ['Relu', 'x'],
      ['If', 'cond'],
      ['Mul', 'relu_out', 'gain'],
      ['Add', 'if_out', 'pip/out'],
    ]);
    expect(grafted.graph.inputs.map((input) => input.name)).toEqual(['x', 'gain']);
    expect(grafted.metadata.has('pip_graft')).toBe(true);
  });

  it('keeps every other record of the host as bytes', () => {
    const host = read(richModel());
    const { grafted } = graft(host);
    const records = (model: Model, fields: Model['fields']) =>
      fields.map((field) => Buffer.from(model.source.read(field.start, field.end)).toString('hex'));
    const after = new Set([
      ...records(grafted, grafted.fields),
      ...records(grafted, grafted.graph.fields),
    ]);
    const lost = [...records(host, host.fields), ...records(host, host.graph.fields)].filter(
      (record) => !after.has(record),
    );
    // The graph's own record contains the edit, and the join reads another value.
    expect(lost).toHaveLength(2);
  });

  it('writes output that an independent decoder can read', () => {
    const decoded = onnxProto.onnx.ModelProto.decode(bytesOf(graft(read(richModel())).grafted));
    expect(decoded.graph?.node?.[2]).toMatchObject({
      name: 'pip/mul',
      opType: 'Mul',
      input: ['relu_out', 'gain'],
    });
    expect(decoded.graph?.quantizationAnnotation?.[0]?.tensorName).toBe('x');
    expect(decoded.trainingInfo).toHaveLength(1);
    expect(decoded.functions).toHaveLength(1);
  });

  it.each([
    ['another node of it', 'Neg', ['pip/w']],
    ['an input of it', 'Cast', ['gain']],
  ])('rejects a model that was rewritten so that the rest reads %s', (_, opType, input) => {
    const { grafted, undo } = graft(read(richModel()));
    const model = onnxProto.onnx.ModelProto.decode(bytesOf(grafted));
    model.graph!.node!.push({ opType, name: 'folded', input, output: ['other'] });
    const rewritten = read(onnxProto.onnx.ModelProto.encode(model).finish());
    expect(() => unsplice(rewritten, 'pip_graft', undo)).toThrow(
      expect.objectContaining({
        code: 'CORRUPT_FILE',
        message: expect.stringMatching(
          /^net\.onnx: 'folded' reads values of the graft, .*original file/,
        ),
      }) as Error,
    );
  });

  it('unsplices to the same bytes, also when run twice', () => {
    const bytes = richModel();
    const first = graft(read(bytes));
    const back = unsplice(first.grafted, 'pip_graft', first.undo);
    expect(Buffer.from(bytesOf(back)).equals(bytes)).toBe(true);
    const second = graft(read(bytesOf(back)));
    expect(Buffer.from(bytesOf(second.grafted)).equals(bytesOf(first.grafted))).toBe(true);
  });

  it('restores padded length prefixes and unusual records', () => {
    // 08 08 | graph with a 5-byte length | Relu, and a Neg whose input length takes two bytes
    const node = (...bytes: number[]) => [0x0a, bytes.length, ...bytes];
    const text = (value: string) => [...new TextEncoder().encode(value)];
    const relu = node(
      0x0a,
      1,
      ...text('x'),
      0x12,
      8,
      ...text('relu_out'),
      0x22,
      4,
      ...text('Relu'),
    );
    const neg = node(
      0x0a,
      0x88,
      0x00,
      ...text('relu_out'),
      0x12,
      1,
      ...text('y'),
      0x22,
      3,
      ...text('Neg'),
    );
    const graph = [...relu, ...neg];
    const bytes = Uint8Array.from([
      0x08,
      0x08,
      0x3a,
      graph.length | 0x80,
      0x80,
      0x80,
      0x80,
      0x00,
      ...graph,
    ]);
    const { grafted, undo } = graft(read(bytes), [{ node: 1, input: 0 }]);
    expect(undo.graphLengthWidth).toBe(5);
    expect(Object.keys(undo.records ?? {})).toEqual(['y']);
    expect([...bytesOf(unsplice(grafted, 'pip_graft', undo))]).toEqual([...bytes]);
  });

  it('rejects a kept record that is not the node', () => {
    const { grafted, undo } = graft(read(richModel()));
    for (const record of ['not base64!', btoa('garbage'), btoa('\x0a\x00')]) {
      const forged = { ...undo, records: { y: record } };
      expect(() => unsplice(grafted, 'pip_graft', forged)).toThrow('is not that node');
    }
  });

  it("leaves the host's own outputs, whatever the metadata says", () => {
    const host = read(richModel());
    const { grafted, undo } = graft(host);
    const outputs = host.graph.outputs.map(({ name }) => name);
    const back = unsplice(grafted, 'pip_graft', { ...undo, outputs });
    expect(back.graph.outputs.map(({ name }) => name)).toEqual(outputs);
    expect(bytesOf(back)).toEqual(bytesOf(host));
  });

  it('rejects a use that does not read the value', () => {
    expect(() => graft(read(richModel()), [{ node: 0, input: 0 }])).toThrow(GraftError);
  });
});

describe('NameScope', () => {
  it('avoids names from every scope', () => {
    const names = new NameScope(read(richModel()));
    expect(names.take('inner_out')).toBe('inner_out_2');
    expect(names.take('inner_out')).toBe('inner_out_3');
    expect(names.take('b')).toBe('b_2');
    expect(names.take('free')).toBe('free');
  });

  it('stays fast for a name requested very often', () => {
    const names = new NameScope();
    for (let count = 0; count < 100_000; count++) names.take('Relu');
    expect(names.take('Relu')).toBe('Relu_100001');
  });

  it('finds a prefix that starts no name', () => {
    expect(new NameScope(graft(read(richModel())).grafted).prefix('pip')).toBe('pip_2');
  });
});

describe('joinPieces', () => {
  it('reads across pieces of all three kinds', () => {
    const source = bytesSource(Uint8Array.from([9, 8, 7]));
    const made = { byteLength: 2, load: () => Uint8Array.from([4, 5]) };
    expect([...joinPieces([Uint8Array.from([1]), made, { source, start: 1, end: 3 }])]).toEqual([
      1, 4, 5, 8, 7,
    ]);
  });
});
