import { exposeValues, GraphBuilder, graphFacts, ops } from '@pip-graft/onnx-graft';
import { InferenceSession } from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { modelOf } from './model-of.ts';

type Write = (g: GraphBuilder) => string;
const int = (value: number) => ({ int: value });
const list = (g: GraphBuilder): string => g.ints([7, -3, 12, 5]);
const node = (g: GraphBuilder, type: string, inputs: string[], attributes = {}): string =>
  g.node(type, inputs, attributes)[0]!;

const cases: readonly [name: string, write: Write][] = [
  ['Add', (g) => node(g, 'Add', [list(g), g.ints([1])])],
  [
    'Sub, broadcast to a matrix',
    (g) => node(g, 'Sub', [node(g, 'Reshape', [list(g), g.ints([4, 1])]), g.ints([1, 2])]),
  ],
  ['Div of integers truncates', (g) => node(g, 'Div', [list(g), g.ints([2])])],
  ['Div of floats', (g) => node(g, 'Div', [g.floats([7, -3]), g.floats([2])])],
  ['Mod has the sign of the divisor', (g) => node(g, 'Mod', [list(g), g.ints([4])])],
  ['Mod like C', (g) => node(g, 'Mod', [list(g), g.ints([4])], { fmod: int(1) })],
  ['Cast to int truncates', (g) => node(g, 'Cast', [g.floats([2.7, -2.7])], { to: int(7) })],
  ['Floor', (g) => node(g, 'Floor', [g.floats([2.5, -2.5])])],
  ['Ceil', (g) => node(g, 'Ceil', [g.floats([2.5, -2.5])])],
  ['Round half to even', (g) => node(g, 'Round', [g.floats([2.5, 3.5, -2.5])])],
  ['Neg and Abs', (g) => node(g, 'Neg', [node(g, 'Abs', [list(g)])])],
  ['Min', (g) => node(g, 'Min', [list(g), g.ints([5])])],
  ['Max', (g) => node(g, 'Max', [list(g), g.ints([5])])],
  [
    'Equal and Where',
    (g) => node(g, 'Where', [node(g, 'Equal', [list(g), g.ints([12])]), g.ints([1]), list(g)]),
  ],
  [
    'Greater, Not, Cast',
    (g) =>
      node(g, 'Cast', [node(g, 'Not', [node(g, 'Greater', [list(g), g.ints([5])])])], {
        to: int(7),
      }),
  ],
  ['Gather', (g) => ops.gather(g, list(g), [-1, 0], 0)],
  [
    'Slice reversed',
    (g) => ops.slice(g, list(g), { starts: [-1], ends: [-999], axes: [0], steps: [-1] }),
  ],
  [
    'Concat, Unsqueeze, Squeeze',
    (g) => ops.concat(g, [list(g), ops.squeeze(g, ops.unsqueeze(g, g.ints([9]), [0]), [0])], 0),
  ],
  [
    'Concat on an inner axis',
    (g) =>
      ops.concat(
        g,
        [ops.reshape(g, list(g), [2, 2]), g.node('Reshape', [g.ints([1, 2]), g.ints([2, 1])])[0]!],
        1,
      ),
  ],
  [
    "the exporter's chain before Pad",
    (g) => {
      const pairs = ops.reshape(
        g,
        ops.concat(g, [list(g), ops.expand(g, g.ints([0]), [4])], 0),
        [-1, 2],
      );
      const turned = ops.slice(g, pairs, {
        starts: [-1],
        ends: [-(2 ** 40)],
        axes: [0],
        steps: [-1],
      });
      return ops.reshape(g, ops.transpose(g, turned, [1, 0]), [-1]);
    },
  ],
  [
    'ConstantOfShape',
    (g) =>
      node(g, 'ConstantOfShape', [g.ints([3])], {
        value: {
          tensor: {
            name: '',
            dataType: 'int64',
            dims: [1],
            data: new Uint8Array([5, 0, 0, 0, 0, 0, 0, 0]),
          },
        },
      }),
  ],
  [
    'Range',
    (g) => node(g, 'Range', [g.scalar(2, 'int64'), g.scalar(11, 'int64'), g.scalar(3, 'int64')]),
  ],
  ['Split', (g) => ops.split(g, list(g), [1, 3], 0)[1]!],
  ['Tile', (g) => node(g, 'Tile', [list(g), g.ints([2])])],
  ['ReduceProd', (g) => node(g, 'ReduceProd', [list(g)], { keepdims: int(0) })],
  [
    'Shape and Size',
    (g) =>
      ops.concat(
        g,
        [node(g, 'Shape', [list(g)]), ops.reshape(g, node(g, 'Size', [list(g)]), [1])],
        0,
      ),
  ],
  ['Constant of integers', (g) => node(g, 'Constant', [], { value_ints: { ints: [3, 4] } })],
];

test.each(cases)('%s: has the elements that onnxruntime computes', async (_, write) => {
  const g = new GraphBuilder({ opset: 17 });
  const name = write(g);
  const model = exposeValues(modelOf(g, {}, []), [name]);
  const session = await InferenceSession.create(model.source.read(0, model.source.size), {
    graphOptimizationLevel: 'disabled',
    logSeverityLevel: 3,
  });
  const result = (await session.run({}))[name]!;
  await session.release();
  const fact = graphFacts(model).sample.values.get(name);
  expect(fact?.content).toEqual(Array.from(result.data as ArrayLike<number | bigint>, Number));
  expect(fact?.dims).toEqual([...result.dims]);
});
