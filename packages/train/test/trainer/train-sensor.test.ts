import { initSensor } from '@pip-graft/pip-core';
import {
  type Batch,
  decodeState,
  defaultSensorOptions,
  encodeState,
  figureOf,
  openStepper,
  type StepOptions,
  type Stepper,
  sensorGraph,
  startState,
  type TrainingState,
  trainAdapter,
} from '@pip-graft/train';
import { Random } from '@pip-graft/weights';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const labels = ['dark', 'bright', 'rough'];
const sensor = initSensor({ labels, widths: [6, 8], seed: 4 });
const options: StepOptions = {
  ...defaultSensorOptions,
  ...{ steps: 40, batch: 6, patch: 16, rate: 1e-2, warmup: 4 },
};
const origin = { options: {}, host: 'none', adapter: 'none' };

/** Patches that differ in their mean or in their deviation. */
function batchOf(step: number): Batch {
  const random = new Random(9).fork(`step ${step}`);
  const size = 3 * options.patch ** 2;
  const inputs = new Float32Array(options.batch * size);
  const weights = new Float32Array(options.batch * labels.length);
  for (let at = 0; at < options.batch; at++) {
    const label = at % labels.length;
    weights[at * labels.length + label] = 1;
    for (let i = 0; i < size; i++)
      inputs[at * size + i] =
        [0.25, 0.75, 0.5][label]! + random.normal(0, label === 2 ? 0.25 : 0.02);
  }
  return { step, inputs, targets: inputs, weights, files: [] };
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
  it('has the cross-entropy of its logits, and its gradients are slopes', async () => {
    const batch = batchOf(0);
    const { loss, gradients } = await stepper.run(batch, sensor.tensors);
    // Fresh biases of zero and small logits: near the entropy of three labels.
    expect(Math.abs(loss - Math.log(3))).toBeLessThan(1);
    for (const [name, gradient] of gradients) {
      const { dims, data } = sensor.tensors.get(name)!;
      const random = new Random(1).fork(name);
      const along = Float32Array.from(data, () => random.normal());
      const at = async (far: number) => {
        const moved = Float32Array.from(data, (value, i) => value + far * along[i]!);
        const all = new Map([...sensor.tensors, [name, { dims, data: moved }] as const]);
        return (await stepper.run(batch, all)).loss;
      };
      const slope = ((await at(1e-3)) - (await at(-1e-3))) / 2e-3;
      const told = gradient.reduce((sum, value, i) => sum + value * along[i]!, 0);
      expect(Math.abs(told - slope)).toBeLessThan(1e-3 + 1e-2 * Math.abs(slope));
    }
  });

  it('stays finite where logits are large', async () => {
    const scaled = new Map(
      [...sensor.tensors].map(([name, { dims, data }]) => [
        name,
        { dims, data: data.map((value) => 30 * value) },
      ]),
    );
    const { loss, gradients } = await stepper.run(batchOf(0), scaled);
    expect(loss).toBeGreaterThan(100);
    for (const gradient of gradients.values()) expect(gradient.every(Number.isFinite)).toBe(true);
  });

  it('learns in a few steps, and goes on bit for bit', async () => {
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
