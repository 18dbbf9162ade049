import {
  buildModel,
  bytesSource,
  checkModel,
  GraphBuilder,
  modelBytes,
  readModel,
  splice,
  unsplice,
} from '@pip-graft/onnx-graft';
import { expect, test } from 'vitest';
import type { SpliceUndo } from '../../src/edit/splice.ts';

/** x → Relu → name → Neg → y; the name is two bytes of GBK. */
function host(name = '\udcb5\udce3'): Uint8Array {
  const value = { dataType: 'float32', dims: [1] } as const;
  const node = { domain: '', attributes: {} } as const;
  return modelBytes(
    buildModel({
      irVersion: 8,
      opset: 17,
      producer: { name: 'test', version: '0' },
      graphName: 'g',
      nodes: [
        { ...node, name: 'a', opType: 'Relu', inputs: ['x'], outputs: [name] },
        { ...node, name: 'b', opType: 'Neg', inputs: [name], outputs: ['y'] },
      ],
      initializers: [],
      inputs: [{ ...value, name: 'x' }],
      outputs: [{ ...value, name: 'y' }],
    }),
  );
}

test('a name that is not UTF-8 keeps its bytes through a graft and back', () => {
  const bytes = host();
  expect(Buffer.from(bytes).indexOf(Buffer.from([0xb5, 0xe3]))).toBeGreaterThan(0);
  const model = readModel(bytesSource(bytes));
  const value = model.graph.nodes[0]!.outputs[0]!;
  const g = new GraphBuilder({ opset: 17, prefix: 'pip' });
  const [to] = g.node('Identity', [value]);
  let undo: SpliceUndo | undefined;
  const grafted = splice(model, 'pip', {
    fragments: [
      {
        fragment: g.fragment(),
        redirects: [{ value, uses: [{ node: 1, input: 0 }], to: to! }],
      },
    ],
    inputs: [],
    stamp: (made) => {
      undo = JSON.parse(JSON.stringify(made));
      return { key: 'pip_graft', value: JSON.stringify(made) };
    },
  });
  const back = readModel(bytesSource(modelBytes(grafted)));
  expect(back.graph.nodes.map(({ inputs }) => inputs)).toEqual([['x'], [value], [to]]);
  expect(checkModel(back).map(({ code }) => code)).toEqual(['NOT_UTF8', 'NOT_UTF8']);
  expect(Buffer.from(modelBytes(unsplice(back, 'pip_graft', undo!))).equals(bytes)).toBe(true);
});

test.each(['\udcff', 'a\udc80'])('a check reports %j, and nothing if all is UTF-8', (name) => {
  const found = checkModel(readModel(bytesSource(host(name))));
  expect(found.filter(({ code }) => code === 'NOT_UTF8')).toHaveLength(2);
  expect(checkModel(readModel(bytesSource(host('é'))))).toEqual([]);
});
