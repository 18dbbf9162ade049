import { readImage } from '@pip-graft/restore';
import { Random } from '@pip-graft/weights';
import { describe, expect, test } from 'vitest';
import {
  checkRange,
  defaultRanges,
  isPatchLabel,
  type PatchLabel,
  patchDegradations,
  rangesOf,
} from '../../../src/data/degrade/degradations.ts';
import type { Range } from '../../../src/data/degrade/range.ts';
import { makeBatch } from '../../../src/data/make-batch.ts';
import { chelsea } from '../support/photos.ts';

const { width, height, data } = await readImage(chelsea);
const side = 48;
const clean = Float32Array.from({ length: 3 * side * side }, (_, at) => {
  const [plane, pixel] = [Math.floor(at / side ** 2), at % side ** 2];
  const y = 100 + Math.floor(pixel / side);
  return data[(plane * height + y) * width + 150 + (pixel % side)]!;
});

test('has these labels', () => {
  expect(Object.keys(patchDegradations)).toEqual([
    'blur',
    'haze',
    'rain',
    'low-light',
    'noise',
    'jpeg',
  ]);
  expect(isPatchLabel('jpeg')).toBe(true);
  expect(isPatchLabel('toString')).toBe(false);
});

describe.each(Object.keys(patchDegradations) as PatchLabel[])('%s', (label) => {
  const degrade = (planes: Float32Array, width: number, height: number, random: Random) =>
    patchDegradations[label].degrade(planes, width, height, random, defaultRanges);

  test('is reproducible by seed, differs between seeds, and leaves its input alone', async () => {
    const before = clean.slice();
    const made = await degrade(clean, side, side, new Random(1));
    expect(clean).toEqual(before);
    expect(await degrade(clean, side, side, new Random(1))).toEqual(made);
    const others = await Promise.all(
      [2, 3, 4].map((seed) => degrade(clean, side, side, new Random(seed))),
    );
    for (const other of others) expect(other).not.toEqual(made);
  });

  test('degrades, mostly visibly, and leaves something to restore', async () => {
    let faint = 0;
    for (let seed = 0; seed < 40; seed++) {
      const made = await degrade(clean, side, side, new Random(seed));
      expect(made.length).toBe(clean.length);
      const error = clean.reduce((sum, value, at) => sum + (value - made[at]!) ** 2, 0);
      const decibels = -10 * Math.log10(error / clean.length);
      expect(decibels).toBeGreaterThan(2);
      if (decibels > 42) faint++;
    }
    expect(faint).toBeLessThan(4);
  });

  test('accepts images that are not square', async () => {
    const wide = clean.subarray(0, 3 * 20 * 9);
    const made = await degrade(wide, 20, 9, new Random(1));
    expect(made.length).toBe(wide.length);
    expect(made.every(Number.isFinite)).toBe(true);
  });
});

test('accepts the default ranges', () => {
  let count = 0;
  for (const [label, ranges] of Object.entries(defaultRanges)) {
    for (const [key, range] of Object.entries(ranges as Record<string, Range>)) {
      checkRange(label, key, range);
      count++;
    }
  }
  expect(count).toBe(24);
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
