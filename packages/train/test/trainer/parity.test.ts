import { hostOf } from '@pip-graft/graft';
import {
  defaultTrainOptions,
  openStepper,
  type StepReport,
  startState,
  type TrainOptions,
  trainAdapter,
  trainingGraph,
} from '@pip-graft/train';
import { describe, expect, it } from 'vitest';
import { goldenBatch, trainingGolden, trainingGoldens } from './training-golden.ts';

describe.each(trainingGoldens)('%s', (name) => {
  const { host, adapter, trained, run, steps } = trainingGolden(name);
  const origin = { options: {}, host: '', adapter: '' };
  const options: TrainOptions = {
    ...defaultTrainOptions,
    steps: run.totalSteps,
    batch: run.batch,
    patch: run.patch,
    angles: run.angleWeight,
    rate: run.peak,
    warmup: run.warmupSteps,
    weightDecay: run.weightDecay,
    clip: run.maxNorm,
  };

  it('fifty steps from the same weights and batches match PyTorch', async () => {
    const unbound = { ...adapter, base: { ...adapter.base, family: hostOf(host).located.family } };
    const stepper = await openStepper(trainingGraph(hostOf(host), unbound, options));
    const reports: StepReport[] = [];
    const stop = new AbortController();
    let number = 0;
    const batches = {
      next: async () => {
        const { input, target, weights } = goldenBatch(run, number);
        return {
          step: number++,
          inputs: new Float32Array(input),
          targets: new Float32Array(target),
          weights: Float32Array.from(weights.flat()),
          present: new Float32Array(0),
          files: [],
        };
      },
    };
    const done = await trainAdapter(
      stepper,
      batches,
      startState(adapter.tensors, options, origin),
      options,
      {
        onStep: (report) => {
          reports.push(report);
          if (reports.length === run.steps) stop.abort();
        },
        signal: stop.signal,
      },
    );
    await stepper.release();
    expect(reports).toHaveLength(run.steps);
    for (const [at, { loss, rate, norm }] of reports.entries()) {
      const golden = steps[at]!;
      // Much tighter than required at the start; rounding grows from step to step.
      expect(Math.abs(loss / golden.loss - 1)).toBeLessThan(at === 0 ? 2e-6 : 1e-4);
      expect(Math.abs(norm / golden.norm - 1)).toBeLessThan(1e-3);
      expect(rate).toBeCloseTo(golden.rate, 12);
    }
    for (const [parameter, { data }] of trained) {
      const ours = done.parameters.get(parameter)!.data;
      const apart = Math.max(...data.map((value, at) => Math.abs(value - ours[at]!)));
      expect({ parameter, apart }).toEqual({ parameter, apart: expect.closeTo(0, 3) });
    }
  });
});
