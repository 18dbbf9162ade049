import { initSensor } from '@pip-graft/pip-core';
import {
  type Batch,
  defaultSensorOptions,
  openStepper,
  type StepOptions,
  type Stepper,
  startState,
  type TrainingState,
  trainAdapter,
} from '@pip-graft/train';
import { Random } from '@pip-graft/weights';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { figureOf } from '../../src/graph/emit-loss.ts';
import { decodeState, encodeState } from '../../src/state/state-file.ts';
import { judgeSensor, sensorGraph } from '../../src/trainer/sensor.ts';

const labels = ['dark', 'bright', 'rough'];
const sensor = initSensor({ labels, widths: [6, 8], local: 8, hidden: 8, seed: 4 });
const options: StepOptions = {
  ...defaultSensorOptions,
  steps: 60,
  batch: 10,
  patch: 16,
  rate: 1e-2,
  warmup: 4,
};
const origin = { options: {}, host: 'none', adapter: 'none' };

/** What patches contain: nothing, one label, or two. */
const kinds = [[], [0], [1], [2], [0, 2]];

/** Patches that differ in their mean, their deviation, or both. */
function batchOf(step: number): Batch {
  const random = new Random(9).fork(`step ${step}`);
  const size = 3 * options.patch ** 2;
  const inputs = new Float32Array(options.batch * size);
  const present = new Float32Array(options.batch * labels.length);
  for (let at = 0; at < options.batch; at++) {
    const kind = kinds[at % kinds.length]!;
    for (const label of kind) present[at * labels.length + label] = 1;
    const middle = kind.includes(0) ? 0.25 : kind.includes(1) ? 0.75 : 0.5;
    for (let i = 0; i < size; i++)
      inputs[at * size + i] = middle + random.normal(0, kind.includes(2) ? 0.25 : 0.02);
  }
  const weights = new Float32Array(present.length);
  return { step, inputs, targets: inputs, weights, present, files: [] };
}
const from = (step: number) => {
  let number = step;
  return { next: async () => batchOf(number++) };
};

let stepper: Stepper;
beforeAll(async () => {
  stepper = await openStepper(sensorGraph(sensor.config, options), { threads: 1 });
});
afterAll(() => stepper.release());

describe('training a sensor', () => {
  it('uses the binary cross-entropy of its logits against the labels present', async () => {
    const biases = [2, -1, 0.5];
    const fixed = new Map([
      ...sensor.tensors,
      ['linear.weight', { dims: [3, 8], data: new Float32Array(24) }] as const,
      ['linear.bias', { dims: [3], data: Float32Array.from(biases) }] as const,
    ]);
    const batch = batchOf(0);
    const { loss, error } = await stepper.run(batch, fixed);
    const each = [...batch.present].map((target, at) => {
      const p = 1 / (1 + Math.exp(-biases[at % 3]!));
      return { loss: -Math.log(target === 1 ? p : 1 - p), wrong: target !== (p > 0.5 ? 1 : 0) };
    });
    expect(loss).toBeCloseTo(each.reduce((sum, one) => sum + one.loss, 0) / each.length, 5);
    expect(error).toBeCloseTo(each.filter(({ wrong }) => wrong).length / each.length, 6);
    // At logits of exactly zero, where |x| has a corner, the slope is one half minus the target.
    fixed.set('linear.bias', { dims: [3], data: new Float32Array(3) });
    const flat = await stepper.run(batch, fixed);
    expect(flat.loss).toBeCloseTo(Math.log(2), 6);
    const shares = [0, 1, 2].map(
      (label) => kinds.filter((kind) => kind.includes(label)).length / 5,
    );
    for (const [label, share] of shares.entries())
      expect(flat.gradients.get('linear.bias')![label]).toBeCloseTo((0.5 - share) / 3, 6);
  });

  it('is judged label by label', async () => {
    const always = { ...sensor, tensors: new Map(sensor.tensors) };
    always.tensors.set('linear.weight', { dims: [3, 8], data: new Float32Array(24) });
    always.tensors.set('linear.bias', { dims: [3], data: Float32Array.of(4, -4, 4) });
    // Of five kinds two are dark, one is bright and two are rough; it finds dark and rough in all.
    expect(await judgeSensor(always, from(0), 2)).toEqual([
      { label: 'dark', right: 0.4, missed: 0, falsely: 1 },
      { label: 'bright', right: 0.8, missed: 1, falsely: 0 },
      { label: 'rough', right: 0.4, missed: 0, falsely: 1 },
    ]);
    const batch = { ...batchOf(0), present: new Float32Array(30) };
    const [dark] = await judgeSensor(always, { next: async () => batch }, 1);
    expect(dark).toEqual({ label: 'dark', right: 0, missed: null, falsely: 1 });
  });

  it('has gradients that are slopes of the loss', async () => {
    const batch = batchOf(0);
    const { gradients } = await stepper.run(batch, sensor.tensors);
    for (const [name, gradient] of gradients) {
      const { dims, data } = sensor.tensors.get(name)!;
      const random = new Random(1).fork(name);
      const along = Float32Array.from(data, () => random.normal());
      const at = async (far: number) => {
        const moved = Float32Array.from(data, (value, i) => value + far * along[i]!);
        const all = new Map([...sensor.tensors, [name, { dims, data: moved }] as const]);
        return (await stepper.run(batch, all)).loss;
      };
      const slope = ((await at(2e-4)) - (await at(-2e-4))) / 4e-4;
      const told = gradient.reduce((sum, value, i) => sum + value * along[i]!, 0);
      expect(Math.abs(told - slope)).toBeLessThan(1e-3 + 1e-2 * Math.abs(slope));
    }
  });

  it('stays finite for large logits', async () => {
    const scaled = new Map(
      [...sensor.tensors].map(([name, { dims, data }]) => [
        name,
        { dims, data: data.map((value) => 30 * value) },
      ]),
    );
    const { loss, gradients } = await stepper.run(batchOf(0), scaled);
    expect(loss).toBeGreaterThan(10);
    for (const gradient of gradients.values()) expect(gradient.every(Number.isFinite)).toBe(true);
  });

  it('learns in a few steps and resumes bit for bit', async () => {
    const begin = startState(sensor.tensors, options, origin);
    const accuracies: number[] = [];
    const whole = await trainAdapter(stepper, from(0), begin, options, {
      onStep: ({ error }) => void accuracies.push(figureOf('accuracy', error)),
    });
    const last = accuracies.slice(-8);
    expect(last.reduce((a, b) => a + b, 0) / last.length).toBeGreaterThan(0.9);
    const stop = new AbortController();
    const half = await trainAdapter(stepper, from(0), begin, options, {
      signal: stop.signal,
      onStep: ({ step }) => {
        if (step === 17) stop.abort();
      },
    });
    expect(half.step).toBe(17);
    const read: TrainingState = decodeState(encodeState(half));
    const resumed = await trainAdapter(stepper, from(17), read, options);
    expect(encodeState(resumed)).toEqual(encodeState(whole));
  });
});
