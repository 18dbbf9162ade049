import { initialParameters, type PipConfig, type PipSteering, pipModes } from '@pip-graft/pip-core';
import { type FloatTensor, Random, type TensorMap } from '@pip-graft/weights';
import { describe, expect, it } from 'vitest';
import { maxError, oneSite, runOneSite } from '../one-site.ts';

const random = new Random('weights');
const feature: FloatTensor = {
  dims: [1, 12, 6, 9],
  data: Float32Array.from({ length: 12 * 6 * 9 }, () => random.normal()),
};
const labels = ['rain', 'haze', 'blur'];
const level = {
  level: 1,
  channels: 12,
  promptChannels: 16,
  promptSize: 5,
  p2pHeads: 2,
  p2fHeads: 4,
};
const steps = Array.from({ length: 11 }, (_, step) => step / 10);

/** An adapter of one level with open gates. */
function lively(
  form: Pick<PipConfig, 'mode' | 'attach' | 'gate'>,
): readonly [PipConfig, TensorMap] {
  const config: PipConfig = {
    ...form,
    labels,
    levels: [level],
    expansion: 2.66,
    dtype: 'float32',
  };
  const tensors = initialParameters(config, 1);
  const gate = tensors.get('level1.gate');
  if (!gate) return [config, tensors];
  const data = gate.data.map(() => random.normal());
  return [config, new Map(tensors).set('level1.gate', { ...gate, data })];
}

type Adapter = ReturnType<typeof lively>;

type Row = readonly [number, number, number];

/** The output for each row of weights. */
async function run(
  adapter: Adapter,
  rows: readonly Row[],
  strength = 1,
): Promise<readonly FloatTensor[]> {
  const copies = rows.flatMap(() => [...feature.data]);
  const feeds = {
    feature: { dims: [rows.length, ...feature.dims.slice(1)], data: Float32Array.from(copies) },
    degradation: { dims: [rows.length, 3], data: Float32Array.from(rows.flat()) },
    strength: { dims: [], data: Float32Array.of(strength) },
  };
  const [output] = await runOneSite(oneSite(...adapter), feeds);
  const size = feature.data.length;
  return rows.map((_, at) => ({
    dims: feature.dims,
    data: output!.data.slice(at * size, (at + 1) * size),
  }));
}

async function baked(adapter: Adapter, weights: Row, strength: number): Promise<FloatTensor> {
  const steering: PipSteering = { kind: 'baked', weights, strength };
  const [output] = await runOneSite(oneSite(...adapter, { steering }), { feature });
  return output!;
}

/** `Z + part · (whole − Z)`. */
const along = (whole: FloatTensor, part: number): FloatTensor => ({
  ...whole,
  data: whole.data.map((value, at) => feature.data[at]! + part * (value - feature.data[at]!)),
});

const distance = (a: FloatTensor, b: FloatTensor): number =>
  Math.hypot(...a.data.map((value, at) => value - b.data[at]!));

const attachments = [
  { attach: 'replace' },
  { attach: 'residual', gate: 'channel' },
  { attach: 'residual', gate: 'label' },
] as const;
const forms = pipModes.flatMap((mode) => attachments.map((attach) => ({ mode, ...attach })));

describe.each(forms)('weights and strength at a skip: $mode, $attach, $gate', (form) => {
  const adapter = lively(form);
  const one: Row = [0, 1, 0];
  const mixed: Row = [0.2, 0.5, 0.3];

  it('zero weights or strength give the feature, to the bit', async () => {
    const [none, whole] = await run(adapter, [[0, 0, 0], one]);
    expect(none).toEqual(feature);
    expect(distance(whole!, feature)).toBeGreaterThan(1);
    expect(await run(adapter, [one, mixed], 0)).toEqual([feature, feature]);
  });

  it('the change is proportional to the weights’ sum up to 1, and to the strength', async () => {
    const wholes = await run(adapter, [one, mixed]);
    for (const [at, row] of [one, mixed].entries()) {
      const scaled = steps.map((part): Row => [row[0] * part, row[1] * part, row[2] * part]);
      const made = await run(adapter, scaled);
      for (const [step, part] of steps.entries())
        expect(maxError(made[step]!, along(wholes[at]!, part))).toBeLessThan(2e-5);
    }
    for (const [at, half] of (await run(adapter, [one, mixed], 0.5)).entries())
      expect(maxError(half, along(wholes[at]!, 0.5))).toBeLessThan(2e-5);
  });

  it('weights with a sum above 1 act as shares', async () => {
    const rows: readonly Row[] = [[3, 0, 1], [0.75, 0, 0.25], [0, 7, 0], one];
    const [more, shares, seven, whole] = await run(adapter, rows);
    expect(maxError(more!, shares!)).toBeLessThan(1e-6);
    expect(maxError(seven!, whole!)).toBe(0);
  });

  it('baked weights equal inputs, for parts and mixtures', async () => {
    const rows: readonly Row[] = [
      [0, 0.5, 0],
      [0.5, 0, 0.5],
      [0.1, 0.2, 0.3],
      [2, 0, 3],
    ];
    const wanted = await run(adapter, rows, 0.7);
    for (const [at, row] of rows.entries())
      expect(maxError(await baked(adapter, row, 0.7), wanted[at]!)).toBeLessThan(1e-5);
  });
});

describe('a gate for each label', () => {
  it('equals a gate for all if its rows are equal', async () => {
    const plain = lively({ mode: 'convgate', attach: 'residual' });
    const { data } = plain[1].get('level1.gate')!;
    const gate = { dims: [3, 12], data: Float32Array.from([...data, ...data, ...data]) };
    const labelled: Adapter = [
      { ...plain[0], gate: 'label' },
      new Map(plain[1]).set('level1.gate', gate),
    ];
    const rows: readonly Row[] = [
      [0, 1, 0],
      [0.25, 0.5, 0.25],
    ];
    const wanted = await run(plain, rows);
    for (const [at, made] of (await run(labelled, rows)).entries())
      expect(maxError(made, wanted[at]!)).toBeLessThan(1e-6);
  });

  it('lets a single label leave the feature alone', async () => {
    const [config, tensors] = lively({ mode: 'pip_cross', attach: 'residual', gate: 'label' });
    const gate = tensors.get('level1.gate')!;
    const data = gate.data.map((value, at) => (Math.floor(at / 12) === 1 ? 0 : value));
    const adapter: Adapter = [config, new Map(tensors).set('level1.gate', { ...gate, data })];
    const [other, alone, both] = await run(adapter, [
      [1, 0, 0],
      [0, 1, 0],
      [0.5, 0.5, 0],
    ]);
    expect(alone).toEqual(feature);
    for (const made of [other, both]) expect(distance(made!, feature)).toBeGreaterThan(1);
  });

  it.each(pipModes)('moves steadily from one label to another: %s', async (mode) => {
    const adapter = lively({ mode, attach: 'residual', gate: 'label' });
    const way = await run(
      adapter,
      steps.map((t) => [1 - t, 0, t]),
    );
    const left = way.map((at) => distance(at, way[0]!));
    const ahead = way.map((at) => distance(at, way.at(-1)!));
    for (let step = 1; step < steps.length; step++) {
      expect(left[step], `step ${step} of ${left}`).toBeGreaterThan(left[step - 1]!);
      expect(ahead[step], `step ${step} of ${ahead}`).toBeLessThan(ahead[step - 1]!);
    }
    // None of the ten steps is a jump.
    const moved = way.slice(1).map((at, step) => distance(at, way[step]!));
    expect(Math.max(...moved) / left.at(-1)!).toBeLessThan(0.25);
  });
});
