import { expect, test } from 'vitest';
import type { Range } from '../../../src/data/degrade/range.ts';
import { checkRange, defaultRanges, rangesOf } from '../../../src/data/degrade/ranges.ts';
import { makeBatch } from '../../../src/data/make-batch.ts';

test('accepts the default ranges', () => {
  let count = 0;
  for (const [label, ranges] of Object.entries(defaultRanges)) {
    for (const [key, range] of Object.entries(ranges as Record<string, Range>)) {
      checkRange(label, key, range);
      count++;
    }
  }
  expect(count).toBe(23);
});

test('chosen ranges replace the defaults, and the rest stay', () => {
  const ranges = rangesOf({ haze: { t: [0.5, 0.9] }, 'low-light': { gain: [0.2, 0.2] } });
  expect(ranges.haze).toEqual({ ...defaultRanges.haze, t: [0.5, 0.9] });
  expect(ranges['low-light']).toEqual({ ...defaultRanges['low-light'], gain: [0.2, 0.2] });
  expect(ranges.rain).toEqual(defaultRanges.rain);
  expect(rangesOf()).toEqual(defaultRanges);
});

test.each([
  [
    'hase',
    't',
    [0, 1],
    'UNKNOWN_LABEL',
    /'hase' \(there are noise, rain.*\); did you mean 'haze'\?$/,
  ],
  ['lowlight', 'gain', [0, 1], 'UNKNOWN_LABEL', /did you mean 'low-light'/],
  ['toString', 't', [0, 1], 'UNKNOWN_LABEL', /'toString'/],
  ['haze', 'beta', [0, 1], 'INVALID_ARGUMENT', /haze has no range 'beta' \(it has t, air, tint/],
  ['blur', 'lenght', [3, 9], 'INVALID_ARGUMENT', /did you mean 'length'/],
  ['haze', 't', [0.9, 0.2], 'INVALID_ARGUMENT', /above its end; write haze\.t=0\.2\.\.0\.9/],
  ['haze', 't', [0.2, 1.2], 'INVALID_ARGUMENT', /1\.2 cannot be: .*transmission; .*from 0 to 1/],
  ['noise', 'sigma', [0, 256], 'INVALID_ARGUMENT', /256 cannot be: .*from 0 to 255/],
  ['noise', 'sigma', [-1, 5], 'INVALID_ARGUMENT', /-1 cannot be/],
  ['noise', 'sigma', [Number.NaN, 5], 'INVALID_ARGUMENT', /NaN is no number/],
  ['low-light', 'gain', [0, 0.5], 'INVALID_ARGUMENT', /0 cannot be/],
  ['rain', 'layers', [1, 2.5], 'INVALID_ARGUMENT', /2\.5 is not whole/],
  ['jpeg', 'quality', [0, 40], 'INVALID_ARGUMENT', /0 cannot be/],
] as const)('rejects %s.%s %j', async (label, key, range, code, message) => {
  const thrown = expect.objectContaining({ code, message: expect.stringMatching(message) });
  expect(() => checkRange(label, key, range)).toThrow(thrown);
  // makeBatch rejects it, too, before it opens an image.
  const options = { photos: ['gone.png'], patch: 8, batch: 1, labels: ['noise'], seed: 1 };
  const made = makeBatch({ ...options, degrade: { [label]: { [key]: range } } }, 0);
  await expect(made).rejects.toMatchObject({ code });
});
