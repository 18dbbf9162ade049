import type { TrainingState } from '@pip-graft/train';
import { createAdamW } from '../../src/optimise/adamw.ts';

/** A small state after three steps, with averages. */
export function aState(): TrainingState {
  const tensor = (dims: number[], ...numbers: number[]) => ({
    dims,
    data: Float32Array.from(numbers),
  });
  return {
    step: 4,
    seed: 'rain',
    parameters: new Map([
      ['level1.gate', tensor([2], 1, -0)],
      ['10', tensor([], 0.1)],
      ['2', tensor([1, 2], 3e-45, 3e38)],
    ]),
    optimiser: {
      ...createAdamW({ betas: [0.9, 0.99], eps: 1e-7, weightDecay: 0.02 }),
      step: 3,
      moments: new Map([
        ['level1.gate', { m: Float32Array.of(1, 2), v: Float32Array.of(3, 4) }],
        ['10', { m: Float32Array.of(5), v: Float32Array.of(6) }],
        ['2', { m: Float32Array.of(7, 8), v: Float32Array.of(9, 10) }],
      ]),
    },
    average: new Map([
      ['level1.gate', Float32Array.of(11, 12)],
      ['10', Float32Array.of(13)],
      ['2', Float32Array.of(14, 15)],
    ]),
    losses: [0.1 + 0.2, 1 / 3, 5e-324, Number.NaN, Number.POSITIVE_INFINITY],
    origin: {
      options: { rate: 1e-3, betas: [0.9, 0.99], clip: null },
      host: 'sha256:02',
      adapter: 'sha256:03',
    },
    changes: [{ step: 2, option: 'rate', from: 2e-3, to: 1e-3 }],
    best: { step: 3, figure: 28.25 },
  };
}
