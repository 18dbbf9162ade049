import {
  bytesSource,
  diffModels,
  GraphBuilder,
  type Model,
  ops,
  readModel,
  splice,
} from '@pip-graft/onnx-graft';
import onnxProto from 'onnx-proto';
import { expect, test } from 'vitest';
import { modelOf, zeros } from '../facts/model-of.ts';
import { richModel } from '../rich-model.ts';

interface Variant {
  readonly weight?: number;
  readonly kernel?: number;
  readonly dims?: (number | string)[];
  readonly opset?: number;
  readonly last?: 'Relu' | 'Sigmoid';
  readonly extra?: boolean;
}

function net(options: Variant = {}): Model {
  const { weight = 0, kernel = 3, dims = ['n', 3, 8, 8], opset = 17, last = 'Relu' } = options;
  const g = new GraphBuilder({ opset });
  const count = 9 * kernel * kernel;
  const w = g.tensor(
    'w',
    'float32',
    [3, 3, kernel, kernel],
    new Uint8Array(4 * count).fill(weight),
  );
  const half = kernel >> 1;
  const pads = [half, half, half, half];
  const a = g.node(
    'Conv',
    ['x', w],
    { pads: { ints: pads } },
    { name: 'conv', outputs: ['a'] },
  )[0]!;
  g.node(last, [a], {}, { name: 'last', outputs: ['y'] });
  if (options.extra) g.node('Neg', [a], {}, { name: 'neg', outputs: ['z'] });
  return modelOf(g, { x: dims }, ['y']);
}

test('equal models are identical in every record', () => {
  const diff = diffModels(net(), net());
  expect(diff.identical).toBe(true);
  const same = { added: [], removed: [], changed: [], reordered: false };
  expect(diff).toMatchObject({
    nodes: { ...same, unchanged: 2 },
    initializers: { ...same, unchanged: 1 },
    inputs: { ...same, unchanged: 1 },
    outputs: { ...same, unchanged: 1 },
    valueInfos: { ...same, unchanged: 0 },
    functions: { ...same, unchanged: 0 },
    opsets: { ...same, unchanged: 1 },
  });
  const rich = readModel(bytesSource(richModel()));
  expect(diffModels(rich, rich)).toMatchObject({ identical: true, functions: { unchanged: 1 } });
});

test('reports changes in nodes, tensors, inputs and operator sets', () => {
  const weights = diffModels(net(), net({ weight: 1 }));
  expect(weights.identical).toBe(false);
  expect(weights.initializers.changed).toEqual([{ name: 'w', what: ['data'] }]);
  expect(weights.nodes).toMatchObject({ changed: [], unchanged: 2 });

  const wider = diffModels(net(), net({ kernel: 5 }));
  expect(wider.initializers.changed).toEqual([
    { name: 'w', what: ['dimensions [3, 3, 3, 3] → [3, 3, 5, 5]'] },
  ]);
  expect(wider.nodes.changed).toEqual([{ name: 'a', what: ["attribute 'pads'"] }]);

  const other = diffModels(net(), net({ last: 'Sigmoid', opset: 18, dims: [1, 3, 8, 8] }));
  expect(other.nodes.changed).toEqual([{ name: 'y', what: ['operator Relu → Sigmoid'] }]);
  expect(other.opsets.changed).toEqual([{ name: '', what: ['17 → 18'] }]);
  expect(other.inputs.changed).toEqual([
    { name: 'x', what: ['float32[n, 3, 8, 8] → float32[1, 3, 8, 8]'] },
  ]);
});

test('reports additions and removals', () => {
  expect(diffModels(net(), net({ extra: true })).nodes).toMatchObject({
    added: ['z'],
    removed: [],
  });
  expect(diffModels(net({ extra: true }), net()).nodes).toMatchObject({
    added: [],
    removed: ['z'],
  });
});

test('reports records that only moved', () => {
  const pair = (first: string, second: string): Model => {
    const g = new GraphBuilder({ opset: 17 });
    for (const name of [first, second]) {
      g.node('Relu', ['x'], {}, { name, outputs: [`${name}_out`] });
    }
    return modelOf(g, { x: [1] }, ['a_out']);
  };
  const diff = diffModels(pair('a', 'b'), pair('b', 'a'));
  expect(diff.identical).toBe(false);
  expect(diff.nodes).toEqual({
    added: [],
    removed: [],
    changed: [],
    unchanged: 2,
    reordered: true,
  });
});

test('shows a splice as its own nodes, one changed reader and the stamp', () => {
  const host = net();
  const g = new GraphBuilder({ opset: 17, prefix: 'pip' });
  const to = ops.mul(g, 'a', zeros(g, [1], 'gain'));
  const redirects = [{ value: 'a', uses: [{ node: 1, input: 0 }], to }];
  const edited = splice(host, 'pip', {
    fragments: [{ fragment: g.fragment(), redirects }],
    inputs: [],
    stamp: () => ({ key: 'note', value: 'hello' }),
  });
  const diff = diffModels(host, edited);
  expect(diff.nodes).toEqual({
    added: [to],
    removed: [],
    unchanged: 1,
    reordered: false,
    changed: [{ name: 'y', what: [`input 0 'a' → '${to}'`] }],
  });
  expect(diff.initializers).toMatchObject({ added: ['pip/gain'], changed: [], unchanged: 1 });
  expect(diff.metadata).toMatchObject({ added: ['note'], changed: [] });
  expect(diff.other).toMatchObject({ added: [], removed: [], changed: [] });
});

test('compares weights in pieces, up to the last byte', () => {
  const size = 3 * (1 << 20) + 5;
  const reads: number[] = [];
  const big = (last: number): Model => {
    const g = new GraphBuilder({ opset: 17 });
    const bytes = new Uint8Array(size);
    bytes[size - 1] = last;
    g.tensor('w', 'uint8', [size], bytes);
    const { source } = modelOf(g, { x: [1] }, []);
    const whole = source.read(0, source.size);
    const counted = bytesSource(whole, 'big');
    return readModel({
      ...counted,
      read(start, end) {
        reads.push(end - start);
        return counted.read(start, end);
      },
    });
  };
  expect(diffModels(big(0), big(0)).initializers.unchanged).toBe(1);
  expect(diffModels(big(0), big(1)).initializers.changed).toEqual([{ name: 'w', what: ['data'] }]);
  expect(Math.max(...reads)).toBeLessThanOrEqual(1 << 20);
});

test('numbers external tensors of one place, however many', () => {
  const list = (count: number, names: readonly string[] = []): Model => {
    const tensor = (name: string) => ({
      name,
      dataType: 2,
      dims: [1],
      dataLocation: 1,
      externalData: [{ key: 'location', value: 'data' }],
    });
    const tensors = Array.from({ length: count }, () => tensor(''));
    const attribute = [{ name: 'many', type: 9, tensors }];
    const graph = {
      name: 'g',
      node: [{ opType: 'Many', output: ['y'], attribute }],
      initializer: names.map(tensor),
    };
    const model = readModel(
      bytesSource(onnxProto.onnx.ModelProto.encode({ irVersion: 8, graph }).finish()),
    );
    const data = bytesSource(new Uint8Array(1));
    return { ...model, external: { folder: '.', read: () => data, verify: () => {} } };
  };
  const start = process.cpuUsage();
  const { externalData } = diffModels(list(4000), list(4003));
  expect(process.cpuUsage(start).user).toBeLessThan(3_000_000);
  const place = externalData!.added[0]!.replace(' (4001)', '');
  expect(place).toMatch(/'many'$/);
  expect(externalData).toEqual({
    removed: [],
    changed: [],
    unchanged: 4000,
    reordered: false,
    added: [4001, 4002, 4003].map((number) => `${place} (${number})`),
  });
  const twice = list(0, ['w', 'w', "w' (2)", 'w']);
  expect(diffModels(list(0), twice).externalData!.added).toHaveLength(4);
});
