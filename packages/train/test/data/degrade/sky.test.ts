import { Random } from '@pip-graft/weights';
import { expect, test } from 'vitest';
import { rangesOf } from '../../../src/data/degrade/degradations.ts';
import { scatterHaze } from '../../../src/data/degrade/scatter-haze.ts';
import { addSky, drawSky, hazeUnder } from '../../../src/data/degrade/sky.ts';
import { flat } from '../support/photos.ts';

const { haze } = rangesOf({ haze: { air: [0.6, 0.9], sky: [0.3, 0.5] } });

test('covers columns from the top down to roofs of different heights', () => {
  const [width, height] = [40, 30];
  const roofs = new Set<number>();
  for (let seed = 0; seed < 30; seed++) {
    const sky = drawSky(width, height, new Random(seed), haze)!;
    expect(sky.light).toBeGreaterThanOrEqual(0.6);
    expect(sky.light).toBeLessThanOrEqual(0.9);
    expect(Math.min(...sky.cover)).toBeGreaterThanOrEqual(0);
    for (let x = 0; x < width; x++) {
      const column = Array.from({ length: height }, (_, y) => sky.cover[y * width + x]!);
      expect(column).toEqual([...column].sort((a, b) => b - a));
      roofs.add(column.filter((share) => share > 0.5).length);
    }
  }
  expect(roofs.size).toBeGreaterThan(20);
});

test('a range at or below 0 gives none', () => {
  for (let seed = 0; seed < 20; seed++)
    expect(drawSky(8, 8, new Random(seed), { ...haze, sky: [-1, 0] })).toBeUndefined();
  expect(drawSky(8, 8, new Random(1), rangesOf().haze)).toBeUndefined();
});

test('haze leaves a sky of its own air as it is, and only that', () => {
  const cover = Float32Array.from({ length: 64 }, (_, at) => (at < 24 ? 1 : 0));
  const sky = { light: 0.7, top: 1, cover };
  const scene = addSky(flat(0.2, 8), 8, sky);
  const hazy = scatterHaze(scene, 8, 8, new Random(3), {
    ...hazeUnder(sky, haze),
    t: [0.5, 0.5],
    spread: [0, 0],
  });
  for (const plane of [0, 64, 128]) {
    expect(scene[plane]).toBeCloseTo(0.7, 6);
    expect(scene[plane + 63]).toBeCloseTo(0.2, 6);
    expect(hazy[plane]).toBeCloseTo(0.7, 6);
    expect(hazy[plane + 63]).toBeCloseTo(0.45, 6);
  }
});

test('gets brighter or darker towards the top', () => {
  const cover = new Float32Array(16).fill(1);
  const made = addSky(flat(0, 4), 4, { light: 0.5, top: 0.9, cover });
  expect(made[0]).toBeCloseTo(0.5 * 0.9, 6);
  expect(made[12]).toBeCloseTo(0.5 * (1 - 0.1 * 0.25), 6);
});
