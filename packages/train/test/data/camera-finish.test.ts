import { Random } from '@pip-graft/weights';
import { expect, test } from 'vitest';
import { cameraFinish, isVisible } from '../../src/data/cut-patch.ts';
import { deviation, flat, mean } from './support/photos.ts';

const finished = (planes: Float32Array<ArrayBuffer>, seed: number) =>
  cameraFinish(planes, new Random(seed));

test('a flat patch gets grain too weak to count as noise', () => {
  const grey = Float32Array.from(flat(0.5));
  const grains = Array.from({ length: 20 }, (_, seed) => finished(grey, seed));
  for (const grain of grains) {
    expect(mean(grain)).toBeCloseTo(0.5, 2);
    expect(isVisible('noise', grey, grain)).toBe(false);
  }
  const most = Math.max(...grains.map((grain) => 255 * deviation(grain)));
  expect(most).toBeGreaterThan(1.5);
  expect(most).toBeLessThan(2.8);
});

test('about half of all edges get steeper, and none less steep', () => {
  const side = 64;
  const edge = Float32Array.from({ length: 3 * side * side }, (_, at) =>
    at % side < side / 2 ? 0.4 : 0.6,
  );
  const steps = Array.from({ length: 20 }, (_, seed) => {
    const planes = finished(edge, seed);
    const column = (x: number) =>
      mean(Float32Array.from({ length: side }, (_, y) => planes[y * side + x]!));
    return column(side / 2) - column(side / 2 - 1);
  });
  for (const step of steps) expect(step).toBeGreaterThan(0.18);
  const steeper = steps.filter((step) => step > 0.22).length;
  expect(steeper).toBeGreaterThan(4);
  expect(steeper).toBeLessThan(16);
  // A step of 0.2 with 1.5 of the quarter that the blur takes on each side: at most 0.35.
  expect(Math.max(...steps)).toBeLessThan(0.36);
});

test('the same draws give the same patch, and the input stays unchanged', () => {
  const grey = Float32Array.from(flat(0.5));
  expect(finished(grey, 3)).toEqual(finished(grey, 3));
  expect(new Set(grey)).toEqual(new Set([0.5]));
});
