import { GraphBuilder, graphFacts, ops } from '@pip-graft/onnx-graft';
import { expect, test } from 'vitest';
import { modelOf, zeros } from './model-of.ts';

const image = { x: ['n', 8, 'h', 'w'] } as const;

test('Gemm keeps the axis of its rows, as simplifiers write linear layers', () => {
  const g = new GraphBuilder({ opset: 17 });
  const last = ops.transpose(g, 'x', [0, 2, 3, 1]);
  const rows = ops.reshape(g, last, [-1, 8]);
  const y = g.node('Gemm', [rows, zeros(g, [16, 8]), zeros(g, [16])], { transB: { int: 1 } })[0]!;
  expect(graphFacts(modelOf(g, image, [])).sample.values.get(y)?.axes).toBe('T.');
});

test('tokens split into windows of pixels are still tokens', () => {
  const g = new GraphBuilder({ opset: 17 });
  const tokens = ops.reshape(g, ops.transpose(g, 'x', [0, 2, 3, 1]), [-1, 8]);
  const windows = ops.reshape(g, tokens, [-1, 16, 8]);
  const back = ops.reshape(g, windows, [-1, 8]);
  const { values } = graphFacts(modelOf(g, image, [])).sample;
  expect(values.get(windows)?.axes).toBe('T..');
  expect(values.get(back)?.axes).toBe('T.');
});

test('reads float16 scales of a Resize behind a Cast, as in converted models', () => {
  const g = new GraphBuilder({ opset: 17 });
  const half = g.tensor(
    'scales',
    'float16',
    [4],
    new Uint8Array(Uint16Array.of(0x3c00, 0x3c00, 0x4000, 0x3800).buffer),
  );
  const scales = g.node('Cast', [half], { to: { int: 1 } })[0]!;
  const y = g.node('Resize', ['x', '', scales])[0]!;
  const { values } = graphFacts(modelOf(g, { x: [1, 8, 12, 30] }, [])).sample;
  expect(values.get(y)?.dims).toEqual([1, 8, 24, 15]);
});

test('scale and zero point of dynamic quantisation are single numbers', () => {
  const g = new GraphBuilder({ opset: 17 });
  const [q, scale, zero] = g.node('DynamicQuantizeLinear', ['x'], {}, { outputs: 3 });
  const { values } = graphFacts(modelOf(g, image, [])).sample;
  expect(values.get(q!)).toMatchObject({ dataType: 'uint8', axes: '..HW' });
  expect(values.get(scale!)).toMatchObject({ dataType: 'float32', dims: [] });
  expect(values.get(zero!)).toMatchObject({ dataType: 'uint8', dims: [] });
});
