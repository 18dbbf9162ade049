import { join } from 'node:path';
import { makeBatch, PhotoCache, samplePatch } from '@pip-graft/train';
import { expect, test } from 'vitest';
import { chelsea, deviation, temporaryFolder, writeGrid } from './support/photos.ts';

const folder = temporaryFolder();
const labels = ['noise', 'rain', 'haze', 'blur', 'low-light', 'jpeg'];
const options = { photos: [chelsea], patch: 32, batch: 8, labels, seed: 7 };
const cache = new PhotoCache(2 ** 24);
const size = 3 * 32 * 32;

/** Label of each sample, from its one-hot row. */
function labelsOf(weights: Float32Array, count = labels.length): number[] {
  return Array.from({ length: weights.length / count }, (_, at) => {
    const row = [...weights.subarray(at * count, (at + 1) * count)];
    expect([...row].sort()).toEqual([...Array(count - 1).fill(0), 1]);
    return row.indexOf(1);
  });
}

test('shapes and ranges', async () => {
  const batch = await makeBatch(options, 0, cache);
  expect(batch.step).toBe(0);
  expect(batch.inputs.length).toBe(8 * size);
  expect(batch.targets.length).toBe(8 * size);
  expect(batch.weights.length).toBe(8 * 6);
  expect(batch.files).toEqual(Array(8).fill(chelsea));
  // Values of 8-bit files.
  for (const value of batch.inputs) expect(value).toBe(Math.fround(Math.round(value * 255) / 255));
  expect(batch.inputs.every((value) => value >= 0 && value <= 1)).toBe(true);
});

test('(seed, step) decide, bit for bit, whatever was made before', async () => {
  const batch = await makeBatch(options, 5, cache);
  await makeBatch(options, 2, cache);
  expect(await makeBatch(options, 5)).toEqual(batch);
  expect((await makeBatch(options, 6, cache)).targets).not.toEqual(batch.targets);
  expect((await makeBatch({ ...options, seed: 8 }, 5, cache)).targets).not.toEqual(batch.targets);
});

test('a sample does not depend on how many there are', async () => {
  const one = await makeBatch({ ...options, labels: ['noise'] }, 1, cache);
  const few = await makeBatch({ ...options, labels: ['noise'], batch: 3 }, 1, cache);
  expect(one.inputs.subarray(0, 3 * size)).toEqual(few.inputs);
});

test('targets are the patches that samplePatch gives, also of labels with a margin', async () => {
  const { targets } = await makeBatch(options, 3, cache);
  for (let index = 0; index < 8; index++) {
    const { planes } = await samplePatch(options, 3, index, cache);
    expect(targets.subarray(index * size, (index + 1) * size)).toEqual(planes);
  }
});

test('every label once in as many samples in a row, in changing order', async () => {
  const drawn: number[] = [];
  for (let step = 0; step < 9; step++) {
    drawn.push(...labelsOf((await makeBatch({ ...options, patch: 4 }, step, cache)).weights));
  }
  const blocks = Array.from({ length: 12 }, (_, at) => drawn.slice(6 * at, 6 * at + 6));
  for (const block of blocks) expect([...block].sort()).toEqual([0, 1, 2, 3, 4, 5]);
  expect(new Set(blocks.map(String)).size).toBeGreaterThan(6);
});

test('noise has one of the deviations asked for', async () => {
  const one = { ...options, labels: ['noise'], sigmas: [10], batch: 4, patch: 64 };
  const { inputs, targets } = await makeBatch(one, 0, cache);
  // Rounding to 8 bits adds a variance of 1/12; the photo is clipped nearly nowhere.
  const measured = deviation(inputs.map((value, at) => value - targets[at]!)) * 255;
  expect(Math.abs(measured / Math.sqrt(100 + 1 / 12) - 1)).toBeLessThan(0.02);
});

test('blur at the edge of a patch sees what lies beyond it', async () => {
  // On a ramp, every blur's middle is the pixel itself, unless the edge was repeated.
  const ramp = await writeGrid(join(folder, 'ramp.png'), 120, 120);
  const many = { ...options, photos: [ramp], labels: ['blur'], batch: 12, patch: 64 };
  const { inputs, targets } = await makeBatch(many, 0, cache);
  let [off, total] = [0, 0];
  for (let at = 0; at < inputs.length; at++) {
    // The photo's own mirrored edge bends the ramp; well inside of it nothing does.
    const red = targets[at]! * 255;
    if (Math.floor((at / 64 ** 2) % 3) === 2 || red < 12 || red > 107) continue;
    total++;
    if (Math.abs(inputs[at]! * 255 - red) > 1.01) off++;
  }
  expect(total).toBeGreaterThan(30_000);
  // Green mirrors where only the row is near the photo's edge, and red where only the column is.
  expect(off).toBe(0);
});

test('pairs are cut at one place, and need no degradation of their label', async () => {
  const target = await writeGrid(join(folder, 'pair/target/1.png'), 40, 40, 1);
  const input = await writeGrid(join(folder, 'pair/input/1.png'), 40, 40, 9);
  const paired = { ...options, labels: ['snow', 'jpeg'], pairs: { snow: [{ input, target }] } };
  const batch = await makeBatch(paired, 0, cache);
  const drawn = labelsOf(batch.weights, 2);
  expect(drawn.filter((label) => label === 0).length).toBe(4);
  for (const [index, label] of drawn.entries()) {
    expect(batch.files[index]).toBe(label === 0 ? target : chelsea);
    if (label !== 0) continue;
    const plane = size / 3;
    const of = (from: Float32Array) => from.subarray(index * size, (index + 1) * size);
    expect(of(batch.inputs).subarray(0, 2 * plane)).toEqual(
      of(batch.targets).subarray(0, 2 * plane),
    );
    expect(of(batch.inputs)[2 * plane]).toBe(Math.fround(9 / 255));
    expect(of(batch.targets)[2 * plane]).toBe(Math.fround(1 / 255));
  }
});

test('pictures of a pair that differ in size are named', async () => {
  const target = await writeGrid(join(folder, 'odd/target/1.png'), 40, 40);
  const input = await writeGrid(join(folder, 'odd/input/1.png'), 40, 41);
  const paired = { ...options, labels: ['snow'], pairs: { snow: [{ input, target }] } };
  await expect(makeBatch(paired, 0)).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: expect.stringMatching(/input.1\.png: it is 40x41, but .*target.1\.png is 40x40/),
  });
});

test('photos that cannot serve are named when they are chosen', async () => {
  const photos = [join(folder, 'gone.png')];
  await expect(makeBatch({ ...options, photos }, 0)).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: expect.stringContaining('gone.png'),
  });
  await expect(makeBatch({ ...options, patch: 4000 }, 0, cache)).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: expect.stringContaining('chelsea.jpg'),
  });
});

test.each([
  [{ patch: 0 }, 'INVALID_ARGUMENT', /patch/],
  [{ batch: 1.5 }, 'INVALID_ARGUMENT', /batch/],
  [{ labels: [] }, 'INVALID_ARGUMENT', /labels/],
  [{ labels: ['rain', 'rain'] }, 'INVALID_ARGUMENT', /"rain" stands twice/],
  [{ labels: ['rain', 'snow'] }, 'UNKNOWN_LABEL', /"snow".*noise, rain/],
  [{ photos: [] }, 'INVALID_ARGUMENT', /photos/],
  [{ sigmas: [] }, 'INVALID_ARGUMENT', /sigmas/],
  [{ sigmas: [15, Number.NaN] }, 'INVALID_ARGUMENT', /NaN/],
  [{ pairs: { rain: [] } }, 'INVALID_ARGUMENT', /pairs.*"rain"/],
  [{ pairs: { snow: [{ input: 'a', target: 'b' }] } }, 'INVALID_ARGUMENT', /"snow" is no label/],
])('options %j are refused', async (wrong, code, message) => {
  const made = makeBatch({ ...options, ...wrong }, 0, cache);
  await expect(made).rejects.toMatchObject({ code });
  await expect(made).rejects.toThrow(message);
});

test('a step below 0 is refused', async () => {
  await expect(makeBatch(options, -1, cache)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
});
