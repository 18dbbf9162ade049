import { GraphBuilder, type Model, NameScope } from '@pip-graft/onnx-graft';
import { emitPip, pipModes } from '@pip-graft/pip-core';
import { encodeFloats, fromFloat16 } from '@pip-graft/weights';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { readGolden } from '../golden.ts';
import { oneSite } from '../one-site.ts';

const cases = [
  'cross-more-blend',
  'topm-less-residual',
  'convgate-more-residual',
  'promptir-gate-more',
  'promptir-equal',
];

function bytesOf({ source }: Model): Uint8Array {
  return source.read(0, source.size);
}

describe('a float16 host', () => {
  it.each(cases)('runs, typed from end to end, close to float32: %s', async (name) => {
    const { config, tensors, feeds, outputs } = readGolden(`pip-${name}`);
    const { model, values } = oneSite(config, tensors, { dataType: 'float16' });
    // Loading checks every type: the runtime refuses an Add of float16 and float32.
    const session = await InferenceSession.create(bytesOf(model), {
      graphOptimizationLevel: 'disabled',
      logSeverityLevel: 3,
    });
    const half = new Uint16Array(encodeFloats(feeds.feature.data, 'float16').slice().buffer);
    const results = await session.run({
      feature: new Tensor('float16', half, feeds.feature.dims),
      degradation: new Tensor('float32', feeds.degradation.data, feeds.degradation.dims),
      strength: new Tensor('float32', feeds.strength.data, []),
    });
    await session.release();
    const output = fromFloat16(Uint16Array.from(results[values.output]!.data as Uint16Array));
    const expected = outputs.get('merged')!.data;
    const errors = expected.map((value, i) => Math.abs(value - output[i]!));
    const worst = Math.max(...errors);
    expect(worst, `max abs error ${worst.toExponential(1)}`).toBeLessThan(0.05);
    expect(worst).toBeGreaterThan(0);
  });

  it('takes norms, softmax and lengths in float32', () => {
    for (const mode of pipModes) {
      const golden = cases
        .map((name) => readGolden(`pip-${name}`))
        .find(({ config }) => config.mode === mode)!;
      const fragments = emitPip({
        config: golden.config,
        tensors: golden.tensors,
        opset: 17,
        names: new NameScope(),
        prefix: 'pip',
        sites: [{ level: 1, value: 'feature', dataType: 'float16' }],
        steering: { kind: 'inputs', degradation: 'degradation', strength: 'strength' },
      });
      const { nodes, initializers } = fragments[0]!.fragment;
      const type = new Map(initializers.map((tensor) => [tensor.name, tensor.dataType]));
      const norms = nodes.filter(({ opType }) => opType === 'LayerNormalization');
      expect(norms.length).toBeGreaterThan(0);
      for (const { inputs } of norms) expect(type.get(inputs[1]!)).toBe('float32');
      const makers = new Map(
        nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)),
      );
      // Nothing between a softmax and the casts before it is float16.
      const wide = new Set(['Cast', 'LayerNormalization']);
      const open = nodes
        .filter(({ opType }) => opType === 'Softmax')
        .flatMap(({ inputs }) => inputs);
      for (const name of open) {
        const node = makers.get(name);
        if (!node || wide.has(node.opType)) continue;
        for (const input of node.inputs) {
          expect(type.get(input) ?? 'float32', `${node.name} reads ${input}`).not.toBe('float16');
        }
      }
    }
  });
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
  it('refuses operator sets that it cannot write', () => {
    const { config, tensors } = readGolden('pip-cross-equal');
    expect(() => oneSite(config, tensors, { opset: 10 })).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED_HOST' }),
    );
    expect(() => new GraphBuilder({ opset: 24 })).toThrow();
  });

  it('refuses tensors and levels that are not there', () => {
    const { config, tensors } = readGolden('pip-cross-equal');
    const fewer = new Map(tensors);
    fewer.delete('level1.prompt.outconv.weight');
    expect(() => oneSite(config, fewer)).toThrow(/no tensor 'level1.prompt.outconv.weight'/);
  });
});
