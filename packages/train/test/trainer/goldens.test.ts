import { applyGraft, hostOf, planGraft } from '@pip-graft/graft';
import type { Adapter } from '@pip-graft/pip-core';
import { degradationTensor } from '@pip-graft/restore';
import { createSession, runModel } from '@pip-graft/runtime';
import { float32Tensor, toFloat32 } from '@pip-graft/weights';
import { describe, expect, it } from 'vitest';
import { learningRate } from '../../src/optimise/learning-rate.ts';
import {
  goldenBatch,
  type TrainingGolden,
  trainingGolden,
  trainingGoldens,
} from './training-golden.ts';

/** Smooth L1 with beta 1, averaged over all elements. */
function smoothL1(output: Float32Array, target: Float32Array): number {
  const terms = Array.from(output, (value, index) => {
    const apart = Math.abs(value - target[index]!);
    return apart < 1 ? apart ** 2 / 2 : apart - 0.5;
  });
  return terms.reduce((sum, term) => sum + term, 0) / terms.length;
}

/** The sum of the positive cosines between degradation prompts, over levels and pairs of labels. */
function angle({ config, tensors }: Adapter): number {
  let sum = 0;
  for (const { level, promptChannels } of config.levels) {
    const { data } = tensors.get(`level${level}.prompt.detask_prompt_param`)!;
    const prompts = config.labels.map((_, label) =>
      data.subarray(label * promptChannels, (label + 1) * promptChannels),
    );
    const dot = (a: Float32Array, b: Float32Array) => a.reduce((s, v, i) => s + v * b[i]!, 0);
    prompts.forEach((a, first) => {
      for (const b of prompts.slice(first + 1)) {
        sum += Math.max(0, dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b)));
      }
    });
  }
  return sum;
}

/** The smooth L1 loss of a step's batch on the grafted host. */
async function lossOf({ host, run }: TrainingGolden, adapter: Adapter, step: number) {
  const model = applyGraft(planGraft(hostOf(host), adapter, { allowUnbound: true }));
  const { input, target, weights } = goldenBatch(run, step);
  const session = await createSession(model, { threads: 1 });
  const results = await runModel(session, {
    [session.inputs[0]!.name]: float32Tensor([run.batch, 3, run.patch, run.patch], input),
    degradation: degradationTensor(weights),
    strength: float32Tensor([], [1]),
  });
  const output = toFloat32(results[session.outputs[0]!.name]!).data;
  await session.release();
  return smoothL1(output, target);
}

describe.each(trainingGoldens)('%s', (name) => {
  const golden = trainingGolden(name);
  const { adapter, trained, run, steps } = golden;

  it("starts with PyTorch's loss", async () => {
    const loss = await lossOf(golden, adapter, 0);
    expect(loss / steps[0]!.smooth_l1).toBeCloseTo(1, 5);
    const whole = loss + run.angleWeight * angle(adapter);
    expect(whole / steps[0]!.exact_loss).toBeCloseTo(1, 5);
  });

  it('has an angle term above 0', () => {
    expect(angle(adapter)).toBeGreaterThan(0.1);
  });

  it('has trained: a lower loss on the same batch, and every parameter moved', async () => {
    const after = { ...adapter, tensors: trained };
    expect(await lossOf(golden, after, 0)).toBeLessThan(0.8 * steps[0]!.smooth_l1);
    expect([...trained.keys()].sort()).toEqual([...adapter.tensors.keys()].sort());
    for (const [name, { dims, data }] of trained) {
      const before = adapter.tensors.get(name)!;
      expect(dims, name).toEqual(before.dims);
      const moved = Math.max(...data.map((value, index) => Math.abs(value - before.data[index]!)));
      expect(moved, name).toBeGreaterThan(1e-3);
    }
  });

  it('has the rates of the schedule, and steps with and without clipping', () => {
    expect(steps).toHaveLength(run.steps);
    for (const [step, { rate }] of steps.entries()) {
      expect(rate).toBeCloseTo(learningRate(run, step), 12);
    }
    const clipped = steps.filter(({ norm }) => norm > run.maxNorm).length;
    expect(clipped).toBeGreaterThan(5);
    expect(clipped).toBeLessThan(run.steps - 5);
  });
});
