import { describe, expect, it } from 'vitest';
import { compareOptions } from '../../src/run/resume.ts';

const before = { steps: 8, batch: 2, rate: 1e-3, warmup: 1, betas: [0.9, 0.99], data: 'sha256:1' };

describe('compareOptions', () => {
  it('finds no change in equal options, in any order', () => {
    const { steps, ...rest } = before;
    expect(compareOptions(before, { ...rest, steps }, 3)).toEqual({ changes: [], refused: [] });
  });

  it('records allowed changes with their step', () => {
    const { changes, refused } = compareOptions(before, { ...before, steps: 9, rate: 2e-3 }, 3);
    expect(refused).toEqual([]);
    expect(changes).toEqual([
      { step: 3, option: 'steps', from: 8, to: 9 },
      { step: 3, option: 'rate', from: 1e-3, to: 2e-3 },
    ]);
  });

  it('names forbidden changes, also options that only one run has', () => {
    const now = { ...before, batch: 4, betas: [0.9, 0.999], data: 'sha256:2', seed: 1 };
    expect(compareOptions(before, now, 3).refused).toEqual([
      'batch (4 instead of 2)',
      'betas ([0.9,0.999] instead of [0.9,0.99])',
      'data (other images)',
      'seed (1 instead of none)',
    ]);
  });

  it('treats stages as one option, also where there were none', () => {
    const { betas, data, ...schedule } = before;
    const staged = { betas, data, stage: [schedule, { steps: 4, batch: 1 }] };
    expect(compareOptions(before, staged, 5)).toEqual({
      refused: [],
      changes: [{ step: 5, option: 'stage', from: [schedule], to: staged.stage }],
    });
    expect(compareOptions(staged, { ...staged, betas: [0, 0] }, 5).refused).toHaveLength(1);
  });
});
