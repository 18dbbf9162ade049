import { exposeValues, GraphBuilder, graphFacts } from '@pip-graft/onnx-graft';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { modelOf, zeros } from './model-of.ts';

const int = (value: number) => ({ int: value });
const ints = (...values: number[]) => ({ ints: values });
const int8 = (g: GraphBuilder, ...dims: number[]): string =>
  g.tensor('weight', 'int8', dims, new Uint8Array(dims.reduce((count, size) => count * size, 1)));

/** An operator of onnxruntime's own domain. */
function own(
  g: GraphBuilder,
  type: string,
  inputs: readonly string[],
  attributes: Parameters<GraphBuilder['node']>[2] = {},
  outputs = 1,
): string[] {
  return g.node(type, inputs, attributes, { domain: 'com.microsoft', outputs });
}

/** A value as uint8 with its scale and zero point. */
function quantised(g: GraphBuilder, x: string): [string, string, string] {
  const scale = g.scalar(0.1, 'float32');
  const zero = g.tensor('zero', 'uint8', [], new Uint8Array(1));
  return [g.node('QuantizeLinear', [x, scale, zero])[0]!, scale, zero];
}

const turned = (g: GraphBuilder): string =>
  g.node('Transpose', ['x'], { perm: ints(0, 2, 3, 1) })[0]!;
const tokens = (g: GraphBuilder): string =>
  g.node('Transpose', [g.node('Reshape', ['x', g.ints([0, 0, -1])])[0]!], {
    perm: ints(0, 2, 1),
  })[0]!;
const pooling = { kernel_shape: ints(3, 2), strides: ints(2, 2), pads: ints(1, 0, 1, 0) };
const last = { ...pooling, channels_last: int(1) };

// x is (2, 6, 12, 15) throughout, with the axes '..HW'.
const cases: readonly [
  name: string,
  axes: string,
  write: (g: GraphBuilder) => string | string[],
][] = [
  [
    'QLinearAdd',
    '..HW',
    (g) => {
      const q = quantised(g, 'x');
      return own(g, 'QLinearAdd', [...q, ...quantised(g, zeros(g, [6, 1, 1])), q[1], q[2]]);
    },
  ],
  [
    'QLinearMul',
    '..HW',
    (g) => {
      const q = quantised(g, 'x');
      return own(g, 'QLinearMul', [...q, ...q, q[1], q[2]]);
    },
  ],
  [
    'QLinearConcat',
    '..HW',
    (g) => {
      const q = quantised(g, 'x');
      return own(g, 'QLinearConcat', [q[1], q[2], ...q, ...q], { axis: int(1) });
    },
  ],
  [
    'QLinearSigmoid',
    '..HW',
    (g) => {
      const q = quantised(g, 'x');
      return own(g, 'QLinearSigmoid', [...q, q[1], q[2]]);
    },
  ],
  [
    'QLinearLeakyRelu',
    '..HW',
    (g) => {
      const q = quantised(g, 'x');
      return own(g, 'QLinearLeakyRelu', [...q, q[1], q[2]]);
    },
  ],
  [
    'QLinearAveragePool',
    '..HW',
    (g) => {
      const q = quantised(g, 'x');
      return own(g, 'QLinearAveragePool', [...q, q[1], q[2]], pooling);
    },
  ],
  [
    'QLinearAveragePool, channels last',
    '.HW.',
    (g) => {
      const q = quantised(g, turned(g));
      return own(g, 'QLinearAveragePool', [...q, q[1], q[2]], last);
    },
  ],
  [
    'QLinearGlobalAveragePool',
    '....',
    (g) => {
      const q = quantised(g, 'x');
      return own(g, 'QLinearGlobalAveragePool', [...q, q[1], q[2]]);
    },
  ],
  [
    'QLinearConv, channels last',
    '.HW.',
    (g) => {
      const q = quantised(g, turned(g));
      const w = [
        int8(g, 4, 6, 3, 2),
        g.scalar(0.1, 'float32'),
        g.tensor('none', 'int8', [], new Uint8Array(1)),
      ];
      return own(g, 'QLinearConv', [...q, ...w, q[1], q[2]], last);
    },
  ],
  ['NhwcMaxPool', '.HW.', (g) => own(g, 'NhwcMaxPool', [quantised(g, turned(g))[0]], pooling)],
  [
    'SkipLayerNormalization',
    '.T.',
    (g) => {
      const outputs = own(
        g,
        'SkipLayerNormalization',
        [tokens(g), tokens(g), zeros(g, [6])],
        {},
        4,
      );
      return [outputs[0]!, outputs[3]!];
    },
  ],
  [
    'DynamicQuantizeMatMul',
    '.T.',
    (g) => own(g, 'DynamicQuantizeMatMul', [tokens(g), int8(g, 6, 5), g.scalar(0.1, 'float32')]),
  ],
  [
    'MatMulIntegerToFloat',
    '.T.',
    (g) => {
      const q = quantised(g, tokens(g));
      return own(g, 'MatMulIntegerToFloat', [q[0], int8(g, 6, 5), q[1], q[1], q[2]]);
    },
  ],
  [
    'MultiHeadAttention',
    '.T.',
    (g) => own(g, 'MultiHeadAttention', [tokens(g), tokens(g), tokens(g)], { num_heads: int(2) }),
  ],
];

async function compare(g: GraphBuilder, names: readonly string[], axes: string): Promise<void> {
  const opsets = { 'com.microsoft': 1 };
  const model = exposeValues(modelOf(g, { x: [2, 6, 12, 15] }, [], { opsets }), names);
  const session = await InferenceSession.create(model.source.read(0, model.source.size), {
    graphOptimizationLevel: 'disabled',
    logSeverityLevel: 3,
  });
  const x = new Tensor('float32', new Float32Array(2 * 6 * 12 * 15), [2, 6, 12, 15]);
  const results = await session.run({ x });
  await session.release();
  const { values, conflicts } = graphFacts(model).sample;
  for (const name of names) {
    const fact = values.get(name);
    expect(fact?.dims).toEqual([...results[name]!.dims]);
    expect(fact?.axes).toBe(axes);
    expect(fact?.dataType).toBe(results[name]!.type);
  }
  expect(conflicts).toEqual([]);
}

test.each(cases)("onnxruntime's %s", async (_, axes, write) => {
  const g = new GraphBuilder({ opset: 17 });
  await compare(g, [write(g)].flat(), axes);
});

test.each([17, 20])(
  'applies a Fourier transform along rows and columns, and back (opset %i)',
  async (opset) => {
    const g = new GraphBuilder({ opset });
    const along = (x: string, axis: number, attributes: object, length = ''): string => {
      const inputs = opset < 20 ? [x, length] : [x, length, g.scalar(axis, 'int64')];
      return g.node('DFT', inputs, { ...attributes, ...(opset < 20 && { axis: int(axis) }) })[0]!;
    };
    const real = g.node('Unsqueeze', ['x', g.ints([4])])[0]!;
    const half = along(real, 3, { onesided: int(1) });
    const both = along(half, 2, {});
    const back = along(both, 2, { inverse: int(1) });
    const padded = along(real, 3, {}, g.scalar(20, 'int64'));
    await compare(g, [half, both, back, padded], '..HW.');
  },
);

test('quantised operands that do not fit are reported as conflicts', () => {
  const g = new GraphBuilder({ opset: 17 });
  const q = quantised(g, 'x');
  own(g, 'QLinearAdd', [...q, ...quantised(g, zeros(g, [7, 1, 1])), q[1], q[2]]);
  const other = quantised(g, zeros(g, [2, 6, 12, 14]));
  own(g, 'QLinearConcat', [q[1], q[2], ...q, ...other], { axis: int(1) });
  const { conflicts } = graphFacts(modelOf(g, { x: [2, 6, 12, 15] }, [])).sample;
  expect(conflicts.map(({ sizes, what }) => [what, ...sizes])).toEqual([
    ['broadcast', 6, 7],
    ['concat', 15, 14],
  ]);
});

test('keeps the shape through BiasSoftmax, which runs only on GPUs', () => {
  const g = new GraphBuilder({ opset: 17 });
  const [out] = own(g, 'BiasSoftmax', ['x', zeros(g, [1, 1, 12, 15])]);
  const { values } = graphFacts(modelOf(g, { x: [2, 6, 12, 15] }, [])).sample;
  expect(values.get(out!)).toMatchObject({ dims: [2, 6, 12, 15], axes: '..HW' });
});
