import {
  type Backbone,
  type BackbonePreset,
  backboneParameters,
  backbonePresets,
  buildBackbone,
  initialWeights,
  locateSkips,
  withDim,
} from '@pip-graft/backbones';
import type { Model } from '@pip-graft/onnx-graft';
import { elementCount, type FloatTensor } from '@pip-graft/weights';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { restormerDefaults } from '../../src/networks/restormer-trunk.ts';

const tiny: Backbone = {
  family: 'restormer',
  config: {
    ...restormerDefaults,
    dim: 4,
    blocks: [1, 0, 0, 1],
    refinement: 0,
    heads: [1, 1, 1, 2],
  },
};

describe('parameters', () => {
  // Published counts: docs/notes/backbones.md.
  test.each([
    ['restormer', 26_126_644],
    ['promptir', 35_592_263],
    ['nafnet', 17_111_907],
  ] as [BackbonePreset, number][])('%s has %d', (name, count) => {
    const parameters = backboneParameters(backbonePresets[name]);
    expect(parameters.reduce((sum, { dims }) => sum + elementCount(dims), 0)).toBe(count);
  });

  test('are those of the built model, under the same names', () => {
    const model = buildBackbone(tiny, 1);
    const held = new Map(model.graph.initializers.map(({ name, dims }) => [name, dims]));
    for (const { name, dims } of backboneParameters(tiny)) expect(held.get(name)).toEqual(dims);
  });
});

describe('weights beyond the type', () => {
  const weights = new Map(
    [...initialWeights(backboneParameters(tiny), 1)].map(([name, { dims, data }]) => [
      name,
      { dims, data: name === 'output.weight' ? data.fill(-1e5) : data },
    ]),
  );

  test('are rejected by name where they would become infinite', () => {
    expect(() => buildBackbone(tiny, weights, { dataType: 'float16' })).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        message:
          "Weights for restormer: 1 tensor does not fit float16, such as 'output.weight'; use float32 or bfloat16.",
      }),
    );
    expect(() => buildBackbone(tiny, weights, { dataType: 'bfloat16' })).not.toThrow();
    expect(() => buildBackbone(tiny, weights)).not.toThrow();
  });

  test('a norm keeps float32, and its numbers', () => {
    const norms = new Map(initialWeights(backboneParameters(tiny), 1));
    const large = { dims: [4], data: new Float32Array(4).fill(1e6) };
    norms.set('encoder_level1.0.norm1.body.weight', large);
    expect(() => buildBackbone(tiny, norms, { dataType: 'float16' })).not.toThrow();
  });
});

describe('built models are recognised', () => {
  const presets = Object.keys(backbonePresets) as BackbonePreset[];
  test.each(presets.flatMap((name) => [11, 17, 23].map((opset) => [name, opset] as const)))(
    '%s at operator set %i',
    (name, opset) => {
      const backbone = withDim(backbonePresets[name], 8);
      const located = locateSkips(buildBackbone(backbone, 1, { opset }));
      const levels = backbone.family === 'nafnet' ? backbone.config.encoder.length : 3;
      expect(located.family).toBe(backbone.family);
      expect(located.sites.map(({ channels }) => channels)).toEqual(
        backbone.family === 'unet'
          ? backbone.config.widths.slice(0, -1)
          : Array.from({ length: levels }, (_, level) => 8 * 2 ** level),
      );
    },
  );
});

describe('built models', () => {
  test.each([
    ['restormer', 1576, 88],
    ['promptir', 1723, 94],
    ['nafnet', 818, 72],
  ] as [BackbonePreset, number, number][])(
    '%s: %i nodes with %i LayerNormalization and no chains of Shape',
    (name, nodes, norms) => {
      const { graph } = buildBackbone(backbonePresets[name], 1);
      const count = (type: string) => graph.nodes.filter(({ opType }) => opType === type).length;
      expect(graph.nodes.length).toBe(nodes);
      expect(count('LayerNormalization')).toBe(norms);
      expect(count('Shape')).toBeLessThanOrEqual(7);
      expect(count('Constant')).toBe(0);
    },
  );

  test('name nodes after their parameters', () => {
    const { graph } = buildBackbone(tiny, 1);
    const names = graph.nodes.map(({ name }) => name);
    expect(names).toContain('encoder_level1.0/attn/qkv');
    expect(names).toContain('latent.0/ffn/project_out');
    expect(names).toContain('down1_2/body/0');
    expect(new Set(names).size).toBe(names.length);
    expect(graph.inputs.map(({ name }) => name)).toEqual(['input']);
    expect(graph.outputs).toMatchObject([
      { name: 'output', dims: ['batch', 3, 'height', 'width'] },
    ]);
  });

  test('declare the shapes that runtimes cannot infer', () => {
    const { graph } = buildBackbone(tiny, 1);
    const known = new Map(graph.valueInfos.map(({ name, dims }) => [name, dims]));
    expect(known.get('latent.0/attn/qkv_output_0')).toEqual(['batch', 96, 'height/8', 'width/8']);
    for (const node of graph.nodes.filter(({ opType }) => opType === 'Conv')) {
      expect(known.has(node.outputs[0]!)).toBe(true);
    }
  });

  test.each([
    [11, 6],
    [13, 7],
    [17, 8],
    [20, 9],
    [22, 10],
    [23, 11],
  ])('operator set %i has IR version %i', (opset, irVersion) => {
    expect(buildBackbone(tiny, 1, { opset })).toMatchObject({ irVersion });
  });

  test('keep norms and temperatures in float32, whatever the data type', () => {
    const { graph } = buildBackbone(tiny, 1, { dataType: 'bfloat16' });
    const type = (name: string) => graph.initializers.find((t) => t.name === name)?.dataType;
    expect(type('encoder_level1.0.norm1.body.weight')).toBe('float32');
    expect(type('encoder_level1.0.attn.temperature')).toBe('float32');
    expect(type('encoder_level1.0.attn.qkv.weight')).toBe('bfloat16');
    expect(graph.inputs[0]?.dataType).toBe('bfloat16');
  });

  test('have the same bytes for the same seed, and others for another', () => {
    const [a, b, c] = [1, 1, 2].map((seed) => bytes(buildBackbone(tiny, seed)));
    expect(a).toEqual(b);
    expect(a).not.toEqual(c);
  });

  test('read weights only when they are written', () => {
    const read: string[] = [];
    const weights = new Map(
      [...initialWeights(backboneParameters(tiny), 1)].map(([name, { dims, data }]) => [
        name,
        lazily(dims, data, () => read.push(name)),
      ]),
    );
    const model = buildBackbone(tiny, weights);
    expect(read).toEqual([]);
    bytes(model);
    expect(read.toSorted()).toEqual([...weights.keys()].toSorted());
  });

  test.each(['nafnet-small', 'restormer-small', 'promptir-small'] as const)(
    '%s runs at several sizes, keeps batch rows apart and has an effect',
    async (name) => {
      const session = await InferenceSession.create(
        bytes(buildBackbone(backbonePresets[name], 7)),
        {
          logSeverityLevel: 3,
        },
      );
      const small = wave([1, 3, 16, 24], 0.3);
      const pair = new Float32Array(2 * small.length);
      pair.set(wave([1, 3, 16, 24], 1.1));
      pair.set(small, small.length);
      const alone = await run(session, [1, 3, 16, 24], small);
      const both = await run(session, [2, 3, 16, 24], pair);
      expect(distance(both.subarray(small.length), alone)).toBeLessThan(1e-5);
      expect(distance(alone, small)).toBeGreaterThan(1e-3);
      const large = await run(session, [1, 3, 40, 32], wave([1, 3, 40, 32], 0.7));
      expect(large.every(Number.isFinite)).toBe(true);
      await session.release();
    },
  );

  test('nafnet pads and crops for sizes of any remainder', async () => {
    const model = buildBackbone(backbonePresets['nafnet-small'], 7);
    const session = await InferenceSession.create(bytes(model), { logSeverityLevel: 3 });
    for (const [height, width] of [
      [16, 16],
      [17, 31],
      [1, 18],
    ] as const) {
      const dims = [1, 3, height, width];
      expect((await run(session, dims, wave(dims, 0.5))).length).toBe(3 * height * width);
    }
    await session.release();
  });
});

describe('rejects', () => {
  const weights = initialWeights(backboneParameters(tiny), 1);
  const key = 'latent.0.attn.qkv.weight';

  test.each([
    ['missing', (map: Map<string, FloatTensor>) => map.delete(key)],
    ['not of this network', (map) => map.set('stranger', { dims: [1], data: new Float32Array(1) })],
    [
      'is \\[1\\] instead of \\[96, 32, 1, 1\\]',
      (map) => map.set(key, { dims: [1], data: new Float32Array(1) }),
    ],
  ] as [string, (map: Map<string, FloatTensor>) => unknown][])('weights: %s', (message, change) => {
    const changed = new Map(weights);
    change(changed);
    expect(() => buildBackbone(tiny, changed)).toThrow(
      expect.objectContaining({
        code: 'CORRUPT_FILE',
        message: expect.stringMatching(new RegExp(`(${key}|stranger).*|${message}`)),
      }),
    );
    expect(() => buildBackbone(tiny, changed)).toThrow(new RegExp(message));
  });

  test.each([
    ['restormer', { dim: 5 }, 'even'],
    ['restormer', { heads: [5, 1, 1, 1] }, 'heads do not divide'],
    ['restormer', { inChannels: 4 }, 'output channels'],
    ['restormer', { blocks: [1, 1, 1, -1] }, 'zero or more'],
    ['restormer', { expansion: 0 }, 'expansion'],
    ['nafnet', { decoder: [1] }, 'levels'],
    ['nafnet', { width: 0 }, 'above zero'],
    ['promptir', { promptChannels: [63, 128, 320] }, 'heads do not divide'],
    ['promptir', { prompts: 0 }, 'above zero'],
  ] as [BackbonePreset, object, string][])('%s with %o', (name, change, message) => {
    const { family, config } = backbonePresets[name];
    const changed = { family, config: { ...config, ...change } } as Backbone;
    expect(() => buildBackbone(changed, 1)).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        message: expect.stringContaining(message),
      }),
    );
  });

  test('bfloat16 before operator set 22', () => {
    expect(() => buildBackbone(tiny, 1, { opset: 21, dataType: 'bfloat16' })).toThrow('bfloat16');
  });
});

test('withDim changes the width and scales dependent sizes', () => {
  expect(withDim(backbonePresets.nafnet, 8)).toMatchObject({ config: { width: 8 } });
  expect(withDim(backbonePresets.restormer, 24)).toMatchObject({ config: { dim: 24 } });
  expect(withDim(backbonePresets.promptir, 24)).toMatchObject({
    config: { trunk: { dim: 24 }, promptChannels: [32, 64, 160] },
  });
  expect(withDim(backbonePresets['unet-medium'], 20)).toMatchObject({
    config: { widths: [20, 40, 53] },
  });
});

function bytes({ source }: Model): Uint8Array {
  return source.read(0, source.size);
}

function lazily(dims: readonly number[], data: Float32Array, seen: () => void): FloatTensor {
  return {
    dims,
    get data() {
      seen();
      return data;
    },
  };
}

function wave(dims: readonly number[], phase: number): Float32Array {
  return Float32Array.from(
    { length: elementCount(dims) },
    (_, i) => 0.5 + 0.4 * Math.sin(i * phase),
  );
}

async function run(
  session: InferenceSession,
  dims: readonly number[],
  data: Float32Array,
): Promise<Float32Array> {
  const { output } = await session.run({ input: new Tensor('float32', data, dims) });
  expect(output?.dims).toEqual(dims);
  return output?.data as Float32Array;
}

function distance(a: Float32Array, b: Float32Array): number {
  return a.reduce((worst, value, i) => Math.max(worst, Math.abs(value - b[i]!)), 0);
}
