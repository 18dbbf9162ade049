import { buildModel, GraphBuilder, modelBytes, ops } from '@pip-graft/onnx-graft';
import { createSession, runModel } from '@pip-graft/runtime';
import { float32Tensor, Random } from '@pip-graft/weights';
import { expect, it } from 'vitest';
import { gradientOf } from '../../src/gradient/gradient-of.ts';

const [rows, size, eps] = [4, 6, 1e-3];
const random = new Random('inverse deviation');
const numbers = (count: number) => Float32Array.from({ length: count }, () => random.normal());
const [x, weight] = [numbers(rows * size), numbers(size)];

/** Layer norm without its mean, as in networks without biases: loss = Σ (x·s·weight)³. */
function model() {
  const g = new GraphBuilder({ opset: 17 });
  const attributes = { axis: { int: -1 }, epsilon: { float: eps } };
  const [, , scale = ''] = g.node('LayerNormalization', ['x', 'weight'], attributes, {
    outputs: 3,
  });
  const y = ops.mul(g, ops.mul(g, 'x', scale), 'weight');
  const loss = ops.reduceSum(g, ops.mul(g, ops.mul(g, y, y), y), [0, 1], { keepDims: false });
  const input = (name: string, dims: number[]) => ({ name, dataType: 'float32', dims }) as const;
  return {
    loss,
    model: buildModel({
      irVersion: 8,
      opset: 17,
      producer: { name: 'test', version: '0' },
      graphName: 'bias-free',
      ...g.fragment(),
      inputs: [input('x', [rows, size]), input('weight', [size])],
      outputs: [{ name: loss, dataType: 'float32', dims: [] }],
    }),
  };
}

function lossOf(x: readonly number[]): number {
  let sum = 0;
  for (let row = 0; row < rows; row++) {
    const part = x.slice(row * size, (row + 1) * size);
    const mean = part.reduce((all, each) => all + each) / size;
    const variance = part.reduce((all, each) => all + (each - mean) ** 2, 0) / size;
    part.forEach((each, at) => {
      sum += ((each * weight[at]!) / Math.sqrt(variance + eps)) ** 3;
    });
  }
  return sum;
}

it("matches finite differences through layer norm's third output", async () => {
  const { model: forward, loss } = model();
  const sizes = { batch: 1, height: 1, width: 1 };
  const { model: whole, gradients } = gradientOf(forward, { loss, wrt: ['x'], sizes });
  const session = await createSession(modelBytes(whole));
  const results = await runModel(session, {
    x: float32Tensor([rows, size], x),
    weight: float32Tensor([size], weight),
  });
  await session.release();
  const found = results[gradients.get('x')!]!.data as Float32Array;
  const step = 1e-5;
  const moved = (at: number, by: number) =>
    lossOf([...x].map((value, index) => (index === at ? value + by : value)));
  const expected = [...x].map((_, at) => (moved(at, step) - moved(at, -step)) / (2 * step));
  const largest = Math.max(...expected.map(Math.abs));
  for (const [at, value] of expected.entries())
    expect(Math.abs(found[at]! - value)).toBeLessThan(1e-5 * largest);
});
