import { readImage } from '@pip-graft/restore';
import { Random } from '@pip-graft/weights';
import { describe, expect, test } from 'vitest';
import {
  isPatchLabel,
  type PatchLabel,
  patchDegradations,
} from '../../../src/data/degrade/patch-degradations.ts';
import { defaultRanges } from '../../../src/data/degrade/ranges.ts';
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
