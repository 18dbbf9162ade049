import { float32Tensor } from '@pip-graft/weights';
import { describe, expect, it } from 'vitest';
import { chosenOtherwise, judgeParity, type ParityRow } from '../../src/compare/compare-images.ts';

const row = (output: string, relative: number, otherwise = false): ParityRow => ({
  side: 'grafted',
  output,
  precision: 'float16',
  limit: 0.02,
  otherwise,
  relative,
  maxAbs: relative,
  meanAbs: relative,
  psnr: null,
  cosine: 1,
  worst: [0],
});
const shown = (rows: readonly ParityRow[]) =>
  rows.map(({ output, relative }) => [output, relative]);

describe('judgeParity', () => {
  it('takes the worst image for each value', () => {
    const { judged, excused } = judgeParity([row('u', 0.01), row('z', 0.03), row('u', 0.02)]);
    expect(shown(judged)).toEqual([
      ['u', 0.02],
      ['z', 0.03],
    ]);
    expect(excused).toEqual([]);
  });

  it('excuses a jump if another image is within the limit, and only a jump', () => {
    const jump = judgeParity([row('z', 0.3, true), row('z', 0.001)]);
    expect([shown(jump.judged), shown(jump.excused)]).toEqual([[['z', 0.001]], [['z', 0.3]]]);
    const error = judgeParity([row('z', 0.3), row('z', 0.001)]);
    expect([shown(error.judged), error.excused]).toEqual([[['z', 0.3]], []]);
  });

  it('excuses neither a value beyond the limit on every image nor NaN', () => {
    expect(shown(judgeParity([row('z', 0.3, true), row('z', 0.4, true)]).judged)).toEqual([
      ['z', 0.4],
    ]);
    const broken = judgeParity([row('z', Number.NaN), row('z', 0.001)]);
    expect(shown(broken.judged)).toEqual([['z', Number.NaN]]);
  });
});

describe('chosenOtherwise', () => {
  // Of four scores, top-m attention keeps the two largest twice and the three largest twice.
  const scores = (...values: number[]) => float32Tensor([1, 1, 1, 4], Float32Array.from(values));

  it('is false if scores moved but their order at the thresholds did not', () => {
    expect(chosenOtherwise(scores(1, 2, 3, 4), scores(1.4, 2.4, 3.4, 3.9))).toBe(false);
    expect(chosenOtherwise(scores(1, 2, 3, 4), scores(1, 2, 4, 3))).toBe(false);
  });

  it('is true if another entry is among the largest, in any row', () => {
    expect(chosenOtherwise(scores(1, 2, 3, 4), scores(1, 3, 2.9, 4))).toBe(true);
    expect(chosenOtherwise(scores(1, 1.001, 3, 4), scores(1.001, 1, 3, 4))).toBe(true);
    expect(chosenOtherwise(scores(1, 2, 2, 4), scores(1, 2, 2.001, 4))).toBe(true);
    const two = (last: number) =>
      float32Tensor([1, 1, 2, 4], Float32Array.of(1, 2, 3, 4, 4, 3, 2, last));
    expect(chosenOtherwise(two(1), two(2.5))).toBe(true);
  });
});
