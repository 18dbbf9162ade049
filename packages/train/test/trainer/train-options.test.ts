import { defaultTrainOptions, type Stage, stageOptions } from '@pip-graft/train';
import { describe, expect, it } from 'vitest';

const stage: Stage = { steps: 100, batch: 8, patch: 64, rate: 1e-3, loss: 'psnr' };

describe('stageOptions', () => {
  it('starts each stage where the previous one ends, and falls to the next peak', () => {
    const made = stageOptions({ ...defaultTrainOptions, promptRate: 4e-3, clip: 2 }, [
      { ...stage, warmup: 10 },
      { ...stage, steps: 50, batch: 4, patch: 128, rate: 5e-4, loss: 'l1' },
      { ...stage, steps: 7, rate: 2e-4, endRate: 1e-4 },
    ]);
    const kept = made.map(({ first, steps, rate, endRate, warmup, promptRate }) => ({
      first,
      steps,
      rate,
      endRate,
      warmup,
      promptRate,
    }));
    expect(kept).toEqual([
      { first: 0, steps: 100, rate: 1e-3, endRate: 5e-4, warmup: 10, promptRate: 4e-3 },
      { first: 100, steps: 150, rate: 5e-4, endRate: 2e-4, warmup: 0, promptRate: 2e-3 },
      { first: 150, steps: 157, rate: 2e-4, endRate: 1e-4, warmup: 0, promptRate: 8e-4 },
    ]);
    expect(made[1]).toMatchObject({ batch: 4, patch: 128, loss: 'l1', clip: 2 });
  });

  it('ends at 0, and sets no prompt rate if none is given', () => {
    const [only] = stageOptions(defaultTrainOptions, [stage]);
    expect(only).toMatchObject({ first: 0, steps: 100, endRate: 0, warmup: 0, promptRate: null });
  });

  it.each<[string, Stage[], RegExp]>([
    ['no stage', [], /at least one stage/],
    ['a stage of no steps', [stage, { ...stage, steps: 0 }], /stage 2 has no steps/],
    ['a warm-up that is too long', [{ ...stage, warmup: 101 }], /100 steps and a warm-up of 101/],
  ])('rejects %s', (_, stages, message) => {
    expect(() => stageOptions(defaultTrainOptions, stages)).toThrow(message);
  });
});
