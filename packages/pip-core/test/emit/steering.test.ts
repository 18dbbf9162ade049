import { initialParameters, type PipConfig, type PipSteering, pipModes } from '@pip-graft/pip-core';
import { type FloatTensor, Random } from '@pip-graft/weights';
import { describe, expect, it } from 'vitest';
import { maxError, oneSite, runOneSite } from '../one-site.ts';

const config: PipConfig = {
  mode: 'pip_cross_topm',
  attach: 'replace',
  labels: ['rain', 'haze', 'blur'],
  levels: [{ level: 1, channels: 12, promptChannels: 16, promptSize: 5, p2pHeads: 2, p2fHeads: 4 }],
  expansion: 2.66,
  dtype: 'float32',
};
const tensors = initialParameters(config, 1);

const random = new Random(9);
const feature = (n: number, h = 6, w = 9): FloatTensor => ({
  dims: [n, 12, h, w],
  data: Float32Array.from({ length: n * 12 * h * w }, () => random.normal()),
});
const rows = (...weights: number[][]): FloatTensor => ({
  dims: [weights.length, 3],
  data: Float32Array.from(weights.flat()),
});
const scalar = (value: number): FloatTensor => ({ dims: [], data: new Float32Array([value]) });
const row = ({ dims, data }: FloatTensor, index: number): FloatTensor => {
  const size = data.length / dims[0]!;
  return { dims: [1, ...dims.slice(1)], data: data.slice(index * size, (index + 1) * size) };
};
const inputs = { kind: 'inputs', degradation: 'degradation', strength: 'strength' } as const;

async function run(z: FloatTensor, weights: number[][], strength = 1, of = config, from = tensors) {
  const feeds = { feature: z, degradation: rows(...weights), strength: scalar(strength) };
  const [output] = await runOneSite(oneSite(of, from), feeds);
  return output!;
}

describe('degradation', () => {
  it('changes the output', async () => {
    const z = feature(1);
    expect(maxError(await run(z, [[1, 0, 0]]), await run(z, [[0, 1, 0]]))).toBeGreaterThan(0.01);
  });

  it.each([
    [1, 0, 0],
    [0.5, 0.5, 0],
    [0.5, 0.25, 2],
    [0, 0.01, 0],
  ])(
    'is the sum of the degradation prompts by shares over the number of labels: %j',
    async (...weights) => {
      const site = oneSite(config, tensors);
      const sum = weights.reduce((a, b) => a + b);
      const feeds = { feature: feature(1), degradation: rows(weights), strength: scalar(1) };
      const [prompt] = await runOneSite(site, feeds, ['degradationPrompt']);
      const { data } = tensors.get('level1.prompt.detask_prompt_param')!;
      const expected = Float32Array.from({ length: 16 }, (_, channel) =>
        weights.reduce(
          (so, weight, label) => so + (weight * data[label * 16 + channel]!) / sum / 3,
          0,
        ),
      );
      expect(maxError(prompt!, { dims: [1, 16, 1, 1], data: expected })).toBeLessThan(1e-6);
    },
  );

  it('takes a row per image, one row for all, or several rows for one image', async () => {
    const z = feature(3);
    const weights = [
      [1, 0, 0],
      [0, 0.5, 0.5],
      [0.2, 0, 3],
    ];
    const together = await run(z, weights);
    for (const [index, weight] of weights.entries()) {
      expect(maxError(row(together, index), await run(row(z, index), [weight]))).toBeLessThan(1e-5);
    }
    const many = await run(row(z, 0), weights);
    expect(many.dims[0]).toBe(3);
    expect(maxError(row(many, 2), await run(row(z, 0), [weights[2]!]))).toBeLessThan(1e-5);
    const shared = await run(z, [[0, 1, 0]]);
    expect(
      maxError(
        shared,
        await run(z, [
          [0, 1, 0],
          [0, 1, 0],
          [0, 1, 0],
        ]),
      ),
    ).toBe(0);
  });
});

describe('strength', () => {
  it('0 returns the feature exactly, in every mode and attachment', async () => {
    const z = feature(2);
    for (const mode of pipModes) {
      for (const attach of ['replace', 'residual'] as const) {
        const other = { ...config, mode, attach };
        const from = new Map(initialParameters(other, 1));
        if (attach === 'residual') {
          from.set('level1.gate', { dims: [12], data: new Float32Array(12).fill(0.7) });
        }
        expect(maxError(await run(z, [[1, 0, 0]], 0, other, from), z), `${mode} ${attach}`).toBe(0);
        expect(maxError(await run(z, [[1, 0, 0]], 1, other, from), z)).toBeGreaterThan(0.01);
      }
    }
  });

  it('returns the feature exactly for an untrained residual adapter at strength 1', async () => {
    const z = feature(1);
    const residual: PipConfig = { ...config, attach: 'residual' };
    expect(
      maxError(await run(z, [[1, 0, 0]], 1, residual, initialParameters(residual, 1)), z),
    ).toBe(0);
  });

  it('blends between the feature and its replacement', async () => {
    const z = feature(1);
    const [all, part] = [await run(z, [[1, 0, 0]]), await run(z, [[1, 0, 0]], 0.25)];
    const blend = z.data.map((value, i) => value + 0.25 * (all.data[i]! - value));
    expect(maxError(part, { dims: z.dims, data: blend })).toBeLessThan(1e-5);
  });
});

describe('baked', () => {
  it.each(['replace', 'residual'] as const)(
    'equals inputs set to the same numbers: %s',
    async (attach) => {
      const other = { ...config, attach };
      const from = new Map(tensors);
      from.set('level1.gate', { dims: [12], data: new Float32Array(12).fill(-1.5) });
      const z = feature(2);
      for (const [weights, strength] of [
        [[0, 1, 0], 1],
        [[0.5, 0, 0.25], 0.4],
      ] as const) {
        const steering: PipSteering = { kind: 'baked', weights, strength };
        const site = oneSite(other, from, { steering });
        expect(site.model.graph.inputs.map(({ name }) => name)).toEqual(['feature']);
        const [baked] = await runOneSite(site, { feature: z });
        expect(maxError(baked!, await run(z, [[...weights]], strength, other, from))).toBeLessThan(
          1e-5,
        );
      }
    },
  );

  it('has fewer nodes than with inputs', () => {
    const nodes = (steering: PipSteering) =>
      oneSite(config, tensors, { steering }).model.graph.nodes.length;
    const baked = nodes({ kind: 'baked', weights: [1, 0, 0], strength: 1 });
    expect(nodes(inputs) - baked).toBe(10); // Unsqueeze; sum, divisor, shares, amount; Conv; Sub, Mul, Add of the blend
  });
});

describe('shapes', () => {
  it('leave height, width and batch free', async () => {
    for (const [n, h, w] of [
      [1, 1, 1],
      [2, 3, 17],
      [1, 32, 8],
    ] as const) {
      const output = await run(feature(n, h, w), [[1, 1, 0]]);
      expect(output.dims).toEqual([n, 12, h, w]);
      expect(output.data.every(Number.isFinite)).toBe(true);
    }
  });

  it('flat features give finite numbers, even with ties among top-m scores', async () => {
    for (const value of [0, 1, -1000]) {
      const data = new Float32Array(12 * 16).fill(value);
      const output = await run({ dims: [1, 12, 4, 4], data }, [[1, 0, 0]]);
      expect(output.data.every(Number.isFinite), `all ${value}`).toBe(true);
    }
  });
});
