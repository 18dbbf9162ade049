import { exposeValues, type Model } from '@pip-graft/onnx-graft';
import { asBits } from '@pip-graft/test-utils';
import { encodeFloats, fromFloat16 } from '@pip-graft/weights';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { type Golden, readGolden } from '../golden.ts';
import { oneSite } from '../one-site.ts';

const cases = [
  'cross-more-blend',
  'topm-less-residual',
  'convgate-more-residual',
  'promptir-gate-more',
  'promptir-equal',
];

/** Loading checks every type: the runtime rejects an Add of float16 and float32. */
async function runHalf(model: Model, { feature, degradation, strength }: Golden['feeds']) {
  const session = await InferenceSession.create(model.source.read(0, model.source.size), {
    graphOptimizationLevel: 'disabled',
    logSeverityLevel: 3,
  });
  const half = new Uint16Array(encodeFloats(feature.data, 'float16').slice().buffer);
  const results = await session.run({
    feature: asBits(new Tensor('float16', half, feature.dims)),
    degradation: new Tensor('float32', degradation.data, degradation.dims),
    strength: new Tensor('float32', strength.data, []),
  });
  await session.release();
  return results;
}

describe('a float16 host', () => {
  it.each(cases)('runs, typed throughout, and stays close to float32: %s', async (name) => {
    const { config, tensors, feeds, outputs } = readGolden(`pip-${name}`);
    const { model, values } = oneSite(config, tensors, { dataType: 'float16' });
    const results = await runHalf(model, feeds);
    const output = fromFloat16(
      Uint16Array.from(asBits(results[values.output]!).data as Uint16Array),
    );
    const expected = outputs.get('merged')!.data;
    const errors = expected.map((value, i) => Math.abs(value - output[i]!));
    const worst = Math.max(...errors);
    expect(worst, `max abs error ${worst.toExponential(1)}`).toBeLessThan(0.05);
    expect(worst).toBeGreaterThan(0);
  });

  it.each(cases)('computes norms, softmax and lengths in float32: %s', async (name) => {
    const { config, tensors, feeds } = readGolden(`pip-${name}`);
    const { model } = oneSite(config, tensors, { dataType: 'float16' });
    const delicate = new Set(['LayerNormalization', 'Softmax', 'ReduceL2']);
    const made = model.graph.nodes.filter(({ opType }) => delicate.has(opType));
    const outputs = made.map(({ outputs }) => outputs[0]!);
    const results = await runHalf(exposeValues(model, outputs), feeds);
    expect(outputs.length).toBeGreaterThanOrEqual(4);
    expect(new Set(outputs.map((output) => results[output]!.type))).toEqual(new Set(['float32']));
  });
});

it('rejects an adapter whose numbers would become infinite in the host', () => {
  const { config, tensors } = readGolden('pip-topm-less-residual');
  const large = new Map(
    [...tensors].map(([name, { dims, data }]) => [
      name,
      { dims, data: Float32Array.from(data, (value) => value * 1e9) },
    ]),
  );
  expect(() => oneSite(config, large, { dataType: 'float16' })).toThrow(
    expect.objectContaining({
      code: 'ADAPTER_MISMATCH',
      message: expect.stringMatching(/does not fit float16, the host's type; apply it/),
    }),
  );
  expect(() => oneSite(config, large)).not.toThrow();
});

describe('a bfloat16 host', () => {
  it('gets bfloat16 weights, and float32 ones where the numbers need it', () => {
    const { config, tensors } = readGolden('pip-topm-less-residual');
    const { model } = oneSite(config, tensors, { dataType: 'bfloat16', opset: 22 });
    const types = new Map(model.graph.initializers.map(({ name, dataType }) => [name, dataType]));
    expect(types.get('pip/level1/universal_prompt/weight')).toBe('bfloat16');
    expect(types.get('pip/level1/prompt_to_feature/feed_forward/a/project/weight')).toBe(
      'bfloat16',
    );
    expect(types.get('pip/level1/prompt_to_prompt/feed_forward/a/project/weight')).toBe('float32');
    expect(types.get('pip/level1/prompt_to_feature/norm_query/weight')).toBe('float32');
  });
});

describe('emitPip', () => {
  it('rejects operator sets that it cannot write', () => {
    const { config, tensors } = readGolden('pip-cross-equal');
    expect(() => oneSite(config, tensors, { opset: 10 })).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED_HOST' }),
    );
  });

  it('rejects missing tensors', () => {
    const { config, tensors } = readGolden('pip-cross-equal');
    const fewer = new Map(tensors);
    fewer.delete('level1.prompt.outconv.weight');
    expect(() => oneSite(config, fewer)).toThrow(/no tensor 'level1.prompt.outconv.weight'/);
  });
});
