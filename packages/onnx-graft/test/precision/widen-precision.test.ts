import { Float16Array } from '@petamoriken/float16';
import { checkModel, convertPrecision, type Model } from '@pip-graft/onnx-graft';
import onnxProto from 'onnx-proto';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { numberBytes } from '../../src/number/number-bytes.ts';
import { widenPrecision } from '../../src/precision/widen-precision.ts';
import { modelOfLines } from './lines.ts';

const { onnx } = onnxProto;
const bytesOf = (model: Model) => model.source.read(0, model.source.size);
const half = (values: readonly number[]) => [...new Float16Array(values)];
/** Numbers that float16 cannot hold exactly. */
const uneven = Array.from({ length: 2 * 2 * 9 }, (_, at) => Math.sin(at) / 3);

async function run(model: Model, values: Float32Array): Promise<number[]> {
  const session = await InferenceSession.create(bytesOf(model), {
    graphOptimizationLevel: 'disabled',
    logSeverityLevel: 3,
  });
  const { y } = await session.run({ x: new Tensor(values, [1, 2, 4, 4]) });
  await session.release();
  return [...(y!.data as Float32Array)];
}

describe('widenPrecision', () => {
  const values = Float32Array.from({ length: 32 }, (_, at) => Math.cos(at));
  const conv = (weights: readonly number[]) =>
    modelOfLines({
      nodes: [['Conv x w b -> c', { pads: { ints: [1, 1, 1, 1] } }], 'Relu c -> y'],
      weights: { w: { dims: [2, 2, 3, 3], values: weights }, b: [0.1, -0.2] },
    });

  it('returns a model without float16 as it is', () => {
    const model = conv(uneven);
    expect(widenPrecision(model)).toBe(model);
  });

  it('computes in float32 with the weights rounded to float16', async () => {
    const model = widenPrecision(convertPrecision(conv(uneven)));
    expect(checkModel(model).filter(({ severity }) => severity === 'error')).toEqual([]);
    const decoded = onnx.ModelProto.decode(bytesOf(model)).graph!;
    expect(decoded.initializer!.map(({ dataType }) => dataType)).toEqual([1, 1]);
    expect(JSON.stringify(decoded.node)).not.toMatch(/"10"/);
    const wanted = modelOfLines({
      nodes: [['Conv x w b -> c', { pads: { ints: [1, 1, 1, 1] } }], 'Relu c -> y'],
      weights: { w: { dims: [2, 2, 3, 3], values: half(uneven) }, b: half([0.1, -0.2]) },
    });
    expect(await run(model, values)).toEqual(await run(wanted, values));
  });

  it('finds float16 in every part of a graph', async () => {
    const tensor = (numbers: readonly number[]) => ({
      name: '',
      dims: [numbers.length],
      dataType: 'float16' as const,
      data: numberBytes(numbers, 'float16'),
    });
    const model = modelOfLines({
      nodes: [
        ['Constant -> two', { value: { tensor: tensor([2]) } }],
        ['ConstantOfShape shape -> half', { value: { tensor: tensor([0.5]) } }],
        ['Cast one -> cast', { to: { int: 10 } }],
        'Mul x two -> a',
        'Add a half -> b',
        'Add b cast -> c',
        'Mul c w -> y',
      ],
      weights: {
        shape: { dims: [1], values: [1], type: 'int64' },
        one: [1],
        w: { dims: [1], values: [3], type: 'float16' },
      },
      inputs: [{ name: 'x', dataType: 'float16', dims: [1, 2, 4, 4] }],
      outputs: [{ name: 'y', dataType: 'float16', dims: [1, 2, 4, 4] }],
      values: [{ name: 'b', dataType: 'float16', dims: [1, 2, 4, 4] }],
    });
    const made = await run(widenPrecision(model), values);
    expect(made).toEqual(
      [...values].map((x) =>
        Math.fround(Math.fround(Math.fround(Math.fround(x * 2) + 0.5) + 1) * 3),
      ),
    );
  });
});
