import { fileURLToPath } from 'node:url';
import { backbonePresets, buildBackbone } from '@pip-graft/backbones';
import { freshAdapter, hostOf } from '@pip-graft/graft';
import {
  type BatchOptions,
  defaultTrainOptions,
  learned,
  openStepper,
  type Stepper,
  type StepReport,
  stageOptions,
  startState,
  type TrainingState,
  type TrainOptions,
  trainAdapter,
  trainingGraph,
} from '@pip-graft/train';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeBatch } from '../../src/data/make-batch.ts';
import { decodeState, encodeState } from '../../src/state/state-file.ts';

const { config } = backbonePresets['nafnet-small'];
const host = hostOf(
  buildBackbone(
    { family: 'nafnet', config: { ...config, width: 8, encoder: [1, 1], decoder: [1, 1] } },
    3,
  ),
);
const labels = ['noise', 'haze'];
const adapter = freshAdapter(host, {
  labels,
  attach: 'replace',
  promptChannels: [8],
  promptSize: [8],
});
const options: TrainOptions = {
  ...defaultTrainOptions,
  steps: 30,
  batch: 2,
  patch: 32,
  rate: 5e-3,
  warmup: 3,
  average: 0.9,
};
const photos = [fileURLToPath(new URL('../../../../assets/chelsea.jpg', import.meta.url))];
const data: BatchOptions = { photos, patch: 32, batch: 2, labels, seed: 1 };
const origin = { options: {}, host: 'h', adapter: 'a' };

let stepper: Stepper;
beforeAll(async () => {
  stepper = await openStepper(trainingGraph(host, adapter, options), { threads: 1 });
});
afterAll(() => stepper.release());

function from(step: number) {
  let number = step;
  return { next: () => makeBatch(data, number++) };
}

async function run(
  state: TrainingState,
  until: number,
  to = options,
): Promise<[TrainingState, StepReport[]]> {
  const stop = new AbortController();
  const reports: StepReport[] = [];
  const done = await trainAdapter(stepper, from(state.step * to.accumulate), state, to, {
    signal: stop.signal,
    onStep: (report) => {
      reports.push(report);
      if (report.step === until) stop.abort();
    },
  });
  return [done, reports];
}

describe('trainAdapter', () => {
  it('learns: the loss falls, and the running mean is what is kept', async () => {
    const [done, reports] = await run(startState(adapter.tensors, options, origin), 30);
    const mean = (list: StepReport[]) =>
      list.reduce((sum, { loss }) => sum + loss, 0) / list.length;
    expect(mean(reports.slice(-8))).toBeLessThan(0.8 * mean(reports.slice(0, 8)));
    expect(reports.map(({ step }) => step)).toEqual(Array.from({ length: 30 }, (_, at) => at + 1));
    const kept = learned(done);
    expect([...kept.keys()]).toEqual([...adapter.tensors.keys()]);
    expect(kept.get('level1.gate') ?? kept.get('level1.prompt.low_prompt_param')!).not.toEqual(
      done.parameters.get('level1.prompt.low_prompt_param'),
    );
    // The caller's adapter is unchanged.
    expect(startState(adapter.tensors, options, origin).parameters).toEqual(adapter.tensors);
  });

  it('resumes bit for bit from a saved state', async () => {
    const start = startState(adapter.tensors, options, origin);
    const [whole] = await run(start, 12);
    const [half] = await run(start, 5);
    const [rest] = await run(decodeState(encodeState(half)), 12);
    expect(Buffer.from(encodeState(rest)).equals(Buffer.from(encodeState(whole)))).toBe(true);
  });

  it('averages several batches for a step', async () => {
    const twice = { ...options, accumulate: 2 };
    const [, reports] = await run(startState(adapter.tensors, twice, origin), 1, twice);
    const [one, two] = await Promise.all(
      [0, 1].map(async (number) => stepper.run(await makeBatch(data, number), adapter.tensors)),
    );
    expect(reports[0]!.loss).toBeCloseTo((one!.loss + two!.loss) / 2, 6);
  });

  it('stops at a non-finite loss, naming step and photos, and leaves the state alone', async () => {
    const state = startState(adapter.tensors, options, origin);
    const before = encodeState(state);
    let calls = 0;
    const broken = {
      run: async (...given: Parameters<Stepper['run']>) =>
        ++calls === 3
          ? { ...(await stepper.run(...given)), loss: Number.NaN }
          : stepper.run(...given),
    };
    await expect(trainAdapter(broken, from(0), state, options)).rejects.toMatchObject({
      code: 'RUNTIME_FAILED',
      message: expect.stringMatching(/^Step 3: the loss is NaN, on patches of .*chelsea\.jpg/),
    });
    expect(Buffer.from(encodeState(state)).equals(Buffer.from(before))).toBe(true);
  });

  it('learns with the PSNR loss, whose values are below 0', async () => {
    const psnr: TrainOptions = { ...options, loss: 'psnr' };
    const own = await openStepper(trainingGraph(host, adapter, psnr), { threads: 1 });
    const reports: StepReport[] = [];
    const state = startState(adapter.tensors, psnr, origin);
    await trainAdapter(own, from(0), state, psnr, { onStep: (each) => void reports.push(each) });
    await own.release();
    const mean = (list: StepReport[]) =>
      list.reduce((sum, { loss }) => sum + loss, 0) / list.length;
    // In dB: 1.5 dB is 30 % of the squared error.
    expect(mean(reports.slice(-8))).toBeLessThan(mean(reports.slice(0, 8)) - 1.5);
    expect(reports.every(({ loss }) => loss < 0)).toBe(true);
  });

  it('reports the steps on which the spike rule acted, if it is on', async () => {
    const losses = [0.02, 0.2, 0.03, 0.3];
    const made = () => {
      let at = 0;
      return {
        run: async (...given: Parameters<Stepper['run']>) => ({
          ...(await stepper.run(...given)),
          loss: losses[at++]!,
        }),
      };
    };
    const steps = { ...options, steps: 4 };
    const spikesOf = async (spikes: boolean) => {
      const reports: StepReport[] = [];
      const state = startState(adapter.tensors, steps, origin);
      const done = await trainAdapter(
        ...([made(), from(0), state, { ...steps, spikes, clip: null }] as const),
        { onStep: (report) => void reports.push(report) },
      );
      return { done, spikes: reports.map(({ spike }) => spike), norms: reports.map((r) => r.norm) };
    };
    const [on, off] = [await spikesOf(true), await spikesOf(false)];
    expect(on.spikes).toEqual([false, true, false, true]);
    expect(off.spikes).toEqual([false, false, false, false]);
    // 0.2 counts as 2.5 times 0.02.
    expect(on.norms[1]! / off.norms[1]!).toBeCloseTo(0.25, 5);
  });

  it('moves prompts and gates at their own rate', async () => {
    const apart = { ...options, steps: 1, warmup: 0, weightDecay: 0, promptRate: 5e-2 };
    const [done] = await run(startState(adapter.tensors, apart, origin), 1, apart);
    const moved = (name: string) => {
      const before = adapter.tensors.get(name)!.data;
      const after = done.parameters.get(name)!.data;
      return Math.max(...after.map((value, at) => Math.abs(value - before[at]!)));
    };
    // AdamW's first step is as large as its rate.
    expect(moved('level1.prompt.low_prompt_param')).toBeCloseTo(5e-2, 3);
    expect(moved('level1.interaction.conv1.weight')).toBeCloseTo(5e-3, 4);
  });

  it('trains in stages and resumes bit for bit within any of them', async () => {
    const small: TrainOptions = { ...options, spikes: true };
    const stages = stageOptions(small, [
      { steps: 3, batch: 2, patch: 32, rate: 5e-3, loss: 'smooth-l1' },
      { steps: 3, batch: 1, patch: 16, rate: 1e-3, loss: 'psnr' },
    ]).map((stage) => ({ ...stage, spikes: stage.loss !== 'psnr' }));
    const own = await openStepper(trainingGraph(host, adapter, stages[1]!), { threads: 1 });
    const reports: StepReport[] = [];
    const go = async (begun: TrainingState, until: number) => {
      let state = begun;
      const stop = new AbortController();
      for (const [at, stage] of stages.entries()) {
        if (state.step >= stage.steps || stop.signal.aborted) continue;
        let number = state.step;
        const { batch, patch } = stage;
        const batches = { next: () => makeBatch({ ...data, batch, patch }, number++) };
        const onStep = (report: StepReport) => {
          reports.push(report);
          if (report.step === until) stop.abort();
        };
        const hooks = { onStep, signal: stop.signal };
        state = await trainAdapter(at === 0 ? stepper : own, batches, state, stage, hooks);
      }
      return state;
    };
    const start = startState(adapter.tensors, small, origin);
    const whole = await go(start, 6);
    expect(reports.map(({ rate }) => rate)).toEqual(
      [5e-3, 4e-3, 2e-3, 1e-3, 7.5e-4, 2.5e-4].map((rate) => expect.closeTo(rate, 9)),
    );
    expect(reports.map(({ loss }) => loss < 0)).toEqual([false, false, false, true, true, true]);
    expect(whole.losses).toHaveLength(3);
    for (const at of [2, 3, 5]) {
      const half = await go(start, at);
      const rest = await go(decodeState(encodeState(half)), 6);
      expect(Buffer.from(encodeState(rest)).equals(Buffer.from(encodeState(whole))), `${at}`).toBe(
        true,
      );
    }
    await own.release();
  });
});
