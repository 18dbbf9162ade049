import { exposeValues, GraphBuilder, graphFacts, ops } from '@pip-graft/onnx-graft';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { modelOf, zeros } from './model-of.ts';

type Write = (g: GraphBuilder) => string | string[];
const int = (value: number) => ({ int: value });
const ints = (...values: number[]) => ({ ints: values });
const w = (g: GraphBuilder, ...dims: number[]): string => zeros(g, dims);

// x is (2, 6, 12, 15) throughout.
const cases: readonly [name: string, opset: number, write: Write][] = [
  ['Conv dilated', 17, (g) => ops.conv(g, 'x', w(g, 4, 6, 3, 3), { dilations: [2, 3] })],
  [
    'Conv strided',
    17,
    (g) => ops.conv(g, 'x', w(g, 4, 3, 3, 2), { strides: [2, 3], pads: [1, 0, 2, 1], group: 2 }),
  ],
  [
    'Conv same',
    17,
    (g) =>
      g.node('Conv', ['x', w(g, 4, 6, 3, 3)], {
        auto_pad: { string: 'SAME_UPPER' },
        strides: ints(2, 2),
      }),
  ],
  [
    'Conv valid',
    17,
    (g) => g.node('Conv', ['x', w(g, 4, 6, 3, 3)], { auto_pad: { string: 'VALID' } }),
  ],
  [
    'MaxPool ceil',
    17,
    (g) =>
      g.node('MaxPool', ['x'], {
        kernel_shape: ints(2, 2),
        strides: ints(2, 2),
        ceil_mode: int(1),
      }),
  ],
  [
    'MaxPool ceil, last window in the padding',
    17,
    (g) =>
      g.node('MaxPool', ['x'], {
        kernel_shape: ints(1, 1),
        strides: ints(2, 4),
        pads: ints(0, 0, 0, 0),
        ceil_mode: int(1),
      }),
  ],
  [
    'AveragePool',
    11,
    (g) =>
      g.node('AveragePool', ['x'], {
        kernel_shape: ints(3, 5),
        strides: ints(2, 1),
        pads: ints(1, 2, 1, 2),
      }),
  ],
  ['GlobalAveragePool', 17, (g) => g.node('GlobalAveragePool', ['x'])],
  [
    'ConvTranspose',
    17,
    (g) =>
      g.node('ConvTranspose', ['x', w(g, 6, 4, 4, 2)], {
        strides: ints(2, 2),
        pads: ints(1, 0, 1, 0),
        output_padding: ints(0, 1),
      }),
  ],
  [
    'ConvTranspose grouped',
    17,
    (g) => g.node('ConvTranspose', ['x', w(g, 6, 2, 2, 2)], { strides: ints(2, 2), group: int(3) }),
  ],
  [
    'ConvTranspose sized',
    17,
    (g) =>
      g.node('ConvTranspose', ['x', w(g, 6, 4, 3, 3)], {
        strides: ints(2, 2),
        output_shape: ints(24, 30),
      }),
  ],
  ['broadcast', 17, (g) => ops.add(g, 'x', w(g, 1, 1, 15))],
  ['Sum', 17, (g) => g.node('Sum', ['x', w(g, 6, 1, 1), w(g, 1)])],
  [
    'Where',
    17,
    (g) => g.node('Where', [g.node('Less', ['x', w(g, 1)])[0]!, 'x', w(g, 1, 6, 1, 1)]),
  ],
  ['Expand', 17, (g) => ops.expand(g, w(g, 6, 1, 1), [2, 6, 4, 1])],
  ['Tile', 17, (g) => g.node('Tile', ['x', g.ints([1, 2, 1, 3])])],
  ['Reshape copies and infers', 17, (g) => ops.reshape(g, 'x', [0, 2, -1, 15])],
  ['Flatten', 17, (g) => g.node('Flatten', ['x'], { axis: int(2) })],
  [
    'Squeeze all',
    17,
    (g) => g.node('Squeeze', [ops.slice(g, 'x', { starts: [0], ends: [1], axes: [0] })]),
  ],
  [
    'Squeeze',
    11,
    (g) => ops.squeeze(g, ops.slice(g, 'x', { starts: [3], ends: [4], axes: [2] }), [-2]),
  ],
  ['Unsqueeze', 13, (g) => ops.unsqueeze(g, 'x', [0, -1])],
  ['Transpose', 17, (g) => ops.transpose(g, 'x', [0, 2, 3, 1])],
  ['Transpose reversed', 17, (g) => g.node('Transpose', ['x'])],
  ['Concat', 17, (g) => ops.concat(g, ['x', w(g, 2, 1, 12, 15), 'x'], -3)],
  [
    'Split uneven',
    18,
    (g) => g.node('Split', ['x'], { axis: int(3), num_outputs: int(4) }, { outputs: 4 }),
  ],
  ['Split sizes', 11, (g) => ops.split(g, 'x', [1, 2, 3], 1)],
  [
    'Slice backwards',
    17,
    (g) =>
      ops.slice(g, 'x', { starts: [-1, 100], ends: [-9999, 2], axes: [2, 3], steps: [-1, -4] }),
  ],
  [
    'Slice strided',
    13,
    (g) => ops.slice(g, 'x', { starts: [1], ends: [2 ** 40], axes: [3], steps: [2] }),
  ],
  ['Gather', 17, (g) => ops.gather(g, 'x', [3, 0], 1)],
  ['Gather scalar', 17, (g) => g.node('Gather', ['x', g.scalar(2, 'int64')], { axis: int(2) })],
  [
    'GatherND',
    17,
    (g) => g.node('GatherND', ['x', g.node('Reshape', [g.ints([0, 1, 1, 2]), g.ints([2, 2])])[0]!]),
  ],
  ['Pad', 17, (g) => ops.pad(g, 'x', [0, 0, 1, 2, 0, 0, 3, -4])],
  ['Pad axes', 18, (g) => g.node('Pad', ['x', g.ints([1, 2, 3, 4]), '', g.ints([-1, 2])])],
  ['Resize sizes', 13, (g) => ops.resizeTo(g, 'x', [7, 9])],
  ['Resize axes', 18, (g) => ops.resizeTo(g, 'x', [7, 9])],
  ['Resize scales', 11, (g) => g.node('Resize', ['x', g.floats([]), g.floats([1, 1, 0.5, 1.7])])],
  ['DepthToSpace', 17, (g) => ops.depthToSpace(g, ops.concat(g, ['x', 'x'], 1), 2)],
  ['SpaceToDepth', 17, (g) => ops.spaceToDepth(g, 'x', 3)],
  ['ReduceMean', 17, (g) => ops.reduceMean(g, 'x', [2, 3])],
  ['ReduceSum without axes', 17, (g) => g.node('ReduceSum', ['x'], { keepdims: int(0) })],
  ['ReduceL2 input', 18, (g) => g.node('ReduceL2', ['x', g.ints([-1])], { keepdims: int(0) })],
  ['ArgMax', 17, (g) => g.node('ArgMax', ['x'], { axis: int(1), keepdims: int(0) })],
  ['TopK', 17, (g) => g.node('TopK', ['x', g.ints([2])], { axis: int(1) }, { outputs: 2 })],
  ['MatMul', 17, (g) => g.node('MatMul', ['x', w(g, 6, 15, 7)])],
  ['MatMul vector', 17, (g) => g.node('MatMul', ['x', w(g, 15)])],
  [
    'Gemm',
    17,
    (g) => g.node('Gemm', [g.node('Flatten', ['x'])[0]!, w(g, 7, 1080)], { transB: int(1) }),
  ],
  [
    'Einsum',
    17,
    (g) =>
      g.node('Einsum', ['x', w(g, 15, 5)], { equation: { string: 'b c h w, w d -> b h d c' } }),
  ],
  [
    'OneHot',
    17,
    (g) => g.node('OneHot', [g.ints([1, 0, 2]), g.scalar(4, 'int64'), g.floats([0, 1])]),
  ],
  ['ConstantOfShape', 17, (g) => g.node('ConstantOfShape', [g.node('Shape', ['x'])[0]!])],
  ['GridSample', 16, (g) => g.node('GridSample', ['x', w(g, 2, 3, 5, 2)])],
  ['LayerNormalization', 17, (g) => g.node('LayerNormalization', ['x', w(g, 15)])],
];

test.each(cases)(
  '%s (opset %i) has the shape that onnxruntime computes',
  async (_, opset, write) => {
    const g = new GraphBuilder({ opset });
    const names = [write(g)].flat();
    const model = exposeValues(modelOf(g, { x: [2, 6, 12, 15] }, []), names);
    const session = await InferenceSession.create(model.source.read(0, model.source.size), {
      graphOptimizationLevel: 'disabled',
      logSeverityLevel: 3,
    });
    const x = new Tensor('float32', new Float32Array(2 * 6 * 12 * 15), [2, 6, 12, 15]);
    const results = await session.run({ x });
    await session.release();
    const { values, conflicts } = graphFacts(model).sample;
    expect(names.map((name) => values.get(name)?.dims)).toEqual(
      names.map((name) => [...results[name]!.dims]),
    );
    const types = names.map((name) => values.get(name)?.dataType ?? 'unknown');
    expect(types).toEqual(names.map((name) => results[name]!.type));
    expect(conflicts).toEqual([]);
  },
);
