import { join } from 'node:path';
import { expect, test } from 'vitest';
import { samplePatch } from '../../src/data/cut-patch.ts';
import { makeBatch } from '../../src/data/make-batch.ts';
import { PhotoCache } from '../../src/data/photos.ts';
import { planBatch } from '../../src/data/plan-batch.ts';
import { chelsea, deviation, temporaryFolder, writeGrid } from './support/photos.ts';

const folder = temporaryFolder();
const labels = ['noise', 'rain', 'haze', 'blur', 'low-light', 'jpeg'];
const plain = { clean: 0, flat: 0, partial: 0 };
const options = { photos: [chelsea], patch: 32, batch: 8, labels, seed: 7, ...plain };
const cache = new PhotoCache(2 ** 24);
const size = 3 * 32 * 32;

/** The label of each sample, from its one-hot row. */
function labelsOf(weights: Float32Array, count = labels.length): number[] {
  return Array.from({ length: weights.length / count }, (_, at) => {
    const row = [...weights.subarray(at * count, (at + 1) * count)];
    expect([...row].sort()).toEqual([...Array(count - 1).fill(0), 1]);
    return row.indexOf(1);
  });
}

test('has the right shapes and ranges', async () => {
  const batch = await makeBatch(options, 0, cache);
  expect(batch.step).toBe(0);
  expect(batch.inputs.length).toBe(8 * size);
  expect(batch.targets.length).toBe(8 * size);
  expect(batch.weights.length).toBe(8 * 6);
  expect(batch.files).toEqual(Array(8).fill(chelsea));
  // Values as in 8-bit files.
  for (const value of batch.inputs) expect(value).toBe(Math.fround(Math.round(value * 255) / 255));
  expect(batch.inputs.every((value) => value >= 0 && value <= 1)).toBe(true);
});

test('(seed, step) determine a batch bit for bit, whatever was made before', async () => {
  const batch = await makeBatch(options, 5, cache);
  await makeBatch(options, 2, cache);
  expect(await makeBatch(options, 5)).toEqual(batch);
  expect((await makeBatch(options, 6, cache)).targets).not.toEqual(batch.targets);
  expect((await makeBatch({ ...options, seed: 8 }, 5, cache)).targets).not.toEqual(batch.targets);
});

test('a sample does not depend on the batch size', async () => {
  const one = await makeBatch({ ...options, labels: ['noise'] }, 1, cache);
  const few = await makeBatch({ ...options, labels: ['noise'], batch: 3 }, 1, cache);
  expect(one.inputs.subarray(0, 3 * size)).toEqual(few.inputs);
});

test('targets are the patches of samplePatch, also for labels with a margin', async () => {
  const { targets } = await makeBatch(options, 3, cache);
  for (let index = 0; index < 8; index++) {
    const { planes } = await samplePatch(options, 3, index, cache);
    expect(targets.subarray(index * size, (index + 1) * size)).toEqual(planes);
  }
});

test('every run of six samples has each label once, in varying order', async () => {
  const drawn: number[] = [];
  for (let step = 0; step < 9; step++) {
    drawn.push(...labelsOf((await makeBatch({ ...options, patch: 4 }, step, cache)).weights));
  }
  const blocks = Array.from({ length: 12 }, (_, at) => drawn.slice(6 * at, 6 * at + 6));
  for (const block of blocks) expect([...block].sort()).toEqual([0, 1, 2, 3, 4, 5]);
  expect(new Set(blocks.map(String)).size).toBeGreaterThan(6);
});

test('noise has the requested deviation', async () => {
  const degrade = { noise: { sigma: [10, 10] } } as const;
  const one = { ...options, labels: ['noise'], degrade, batch: 4, patch: 64 };
  const { inputs, targets } = await makeBatch(one, 0, cache);
  // Rounding to 8 bits adds a variance of 1/12; hardly any pixel of the photo is clipped.
  const measured = deviation(inputs.map((value, at) => value - targets[at]!)) * 255;
  expect(Math.abs(measured / Math.sqrt(100 + 1 / 12) - 1)).toBeLessThan(0.04);
});

test('blur at the edge of a patch takes in what lies beyond it', async () => {
  const ramp = await writeGrid(join(folder, 'ramp.png'), 120, 120);
  const degrade = { blur: { length: [25, 25], radius: [4, 4], noise: [0, 0] } } as const;
  const many = { ...options, photos: [ramp], labels: ['blur'], batch: 12, patch: 64, degrade };
  const { inputs, targets } = await makeBatch(many, 0, cache);
  for (let index = 0; index < 12; index++) {
    const first = index * 3 * 64 ** 2;
    const moves: number[] = [];
    for (let at = first; at < first + 64 ** 2; at++) {
      const red = targets[at]! * 255;
      // The photo's own mirrored edge bends the ramp; nothing does well inside it.
      if (red > 40 && red < 105) moves.push(inputs[at]! * 255 - red);
    }
    // On a ramp, blur moves all pixels by the same amount, except for rounding and the mean of
    // light, which is above that of values; a repeated edge would move those at the edge by 3 more.
    expect(Math.max(...moves) - Math.min(...moves)).toBeLessThan(2.1);
  }
});

/** The samples of some steps, with their rows of weights. */
async function samplesOf(more: object, steps = 12) {
  const samples: { input: Float32Array; target: Float32Array; weights: number[] }[] = [];
  for (let step = 0; step < steps; step++) {
    const batch = await makeBatch({ ...options, ...more }, step, cache);
    for (let index = 0; index < options.batch; index++) {
      const of = (from: Float32Array) => from.subarray(index * size, (index + 1) * size);
      const count = batch.weights.length / options.batch;
      const weights = [...batch.weights.subarray(index * count, (index + 1) * count)];
      samples.push({ input: of(batch.inputs), target: of(batch.targets), weights });
    }
  }
  return samples;
}
const oneColour = (planes: Float32Array) =>
  planes.every((value, at) => value === planes[Math.floor(at / 1024) * 1024]);

test('clean patches are their own target, with a label set', async () => {
  const samples = await samplesOf({ clean: 1, flat: 0 });
  const seen = new Set<number>();
  for (const { input, target, weights } of samples) {
    expect(input).toEqual(target);
    expect([...weights].sort()).toEqual([0, 0, 0, 0, 0, 1]);
    seen.add(weights.indexOf(1));
  }
  expect(seen.size).toBe(6);
});

test('flat patches have one colour, half of them grey; haze and low light always change them', async () => {
  const samples = await samplesOf({ clean: 0, flat: 1 });
  const [changed, left] = [new Map<number, number>(), new Map<number, number>()];
  let grey = 0;
  for (const { input, target, weights } of samples) {
    expect(oneColour(target)).toBe(true);
    expect(target[0]).toBe(Math.fround(Math.round(target[0]! * 255) / 255));
    if (target[0] === target[1024] && target[0] === target[2048]) grey++;
    const kind = input.every((value, at) => value === target[at]) ? left : changed;
    const label = weights.indexOf(1);
    kind.set(label, (kind.get(label) ?? 0) + 1);
  }
  expect(Math.abs(grey / samples.length - 0.5)).toBeLessThan(0.2);
  const of = (label: string) => options.labels.indexOf(label);
  for (const label of ['haze', 'low-light']) expect(left.get(of(label)) ?? 0).toBe(0);
  expect(left.get(of('noise'))).toBeGreaterThan(0);
  expect(changed.get(of('noise'))).toBeGreaterThan(0);
});

test('by default a tenth is clean and a twentieth has a partial weight', async () => {
  const { clean: _, partial: __, ...rest } = options;
  const usual = { ...rest, labels: ['noise'], patch: 4, batch: 400 };
  const { inputs, targets, weights } = await makeBatch(usual, 0, cache);
  const own = Array.from({ length: 400 }, (_, index) =>
    inputs.subarray(index * 48, (index + 1) * 48).every((v, at) => v === targets[index * 48 + at]),
  );
  // Three deviations of 400 draws.
  expect(Math.abs(own.filter(Boolean).length / 400 - 0.1)).toBeLessThan(0.045);
  expect(Math.abs(weights.filter((weight) => weight < 1).length / 400 - 0.05)).toBeLessThan(0.033);
});

test('without weights the target equals the input, degraded or clean', async () => {
  const samples = await samplesOf({ off: 1, labels: ['low-light'] });
  for (const { input, target, weights } of samples) {
    expect(weights).toEqual([0]);
    expect(input).toEqual(target);
  }
  // The same draws, with the label set, tell the dark ones from the others.
  const dark = await samplesOf({ labels: ['low-light'] });
  const degraded = samples.filter(({ input }, at) =>
    input.every((v, k) => v === dark[at]!.input[k]),
  );
  expect(Math.abs(degraded.length / samples.length - 0.5)).toBeLessThan(0.16);
});

test('a partial weight moves the target that part of the way to clean', async () => {
  const whole = await samplesOf({ labels: ['noise'] }, 6);
  const parts = await samplesOf({ labels: ['noise'], partial: 1 }, 6);
  for (const [at, { input, target, weights }] of parts.entries()) {
    expect(input).toEqual(whole[at]!.input);
    expect(weights[0]).toBeGreaterThanOrEqual(0.1);
    expect(weights[0]).toBeLessThan(0.9);
    for (const k of [0, 500, 3000]) {
      const clean = whole[at]!.target[k]!;
      expect(target[k]).toBeCloseTo(input[k]! + weights[0]! * (clean - input[k]!), 6);
    }
  }
  expect(new Set(parts.map(({ weights }) => weights[0])).size).toBe(parts.length);
});

test('mixed patches have two labels and both degradations visible', async () => {
  const degrade = { noise: { sigma: [40, 40] }, 'low-light': { gain: [0.1, 0.1] } } as const;
  const two = { mixed: 1, labels: ['noise', 'low-light'], degrade };
  for (const { input, weights } of await samplesOf(two, 4)) {
    expect(weights).toEqual([0.5, 0.5]);
    // Noise on top of the dark: brighter than the remaining light and than the dark's own noise.
    expect(Math.max(...input)).toBeGreaterThan(0.2);
    expect(input.reduce((sum, value) => sum + value, 0) / size).toBeLessThan(0.2);
  }
  for (const { weights } of await samplesOf({ mixed: 1 }, 4))
    expect([...weights].sort()).toEqual([0, 0, 0, 0, 0.5, 0.5]);
});

test('labels have exactly their shares in each block of samples', async () => {
  const labelShares = { noise: 3, rain: 2 };
  const shared = { labels: ['noise', 'rain', 'haze'], labelShares };
  const drawn = (await samplesOf(shared, 3)).map(({ weights }) => weights.indexOf(1));
  for (let block = 0; block < 4; block++)
    expect(drawn.slice(6 * block, 6 * block + 6).sort()).toEqual([0, 0, 0, 1, 1, 2]);
});

test('pairs are cut at the same place and need no degradation for their label', async () => {
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

test('names the images of a pair that differ in size', async () => {
  const target = await writeGrid(join(folder, 'odd/target/1.png'), 40, 40);
  const input = await writeGrid(join(folder, 'odd/input/1.png'), 40, 41);
  const paired = { ...options, labels: ['snow'], pairs: { snow: [{ input, target }] } };
  await expect(makeBatch(paired, 0)).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: expect.stringMatching(/input.1\.png: it is 40x41, but .*target.1\.png is 40x40/),
  });
});

test('names an unusable photo when it is drawn', async () => {
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
  [{ labels: ['rain', 'rain'] }, 'INVALID_ARGUMENT', /'rain' is there twice/],
  [{ labels: ['rain', 'snow'] }, 'UNKNOWN_LABEL', /'snow'.*blur, haze/],
  [{ photos: [] }, 'INVALID_ARGUMENT', /photos/],
  [{ clean: 1.1 }, 'INVALID_ARGUMENT', /clean: .* not 1.1/],
  [{ off: Number.NaN }, 'INVALID_ARGUMENT', /off: .*NaN/],
  [{ clean: 0.5, off: 0.4, partial: 0.2 }, 'INVALID_ARGUMENT', /together they are 1.1/],
  [{ mixed: 0.1, labels: ['rain'] }, 'INVALID_ARGUMENT', /mixed: it takes two labels/],
  [{ labelShares: { snow: 2 } }, 'INVALID_ARGUMENT', /label-shares: 'snow' is not a label/],
  [{ labelShares: { rain: 0 } }, 'INVALID_ARGUMENT', /label-shares: 'rain'.*not 0/],
  [{ pairs: { rain: [] } }, 'INVALID_ARGUMENT', /pairs.*'rain'/],
  [{ pairs: { snow: [{ input: 'a', target: 'b' }] } }, 'INVALID_ARGUMENT', /'snow' is not a label/],
])('rejects the options %j', async (wrong, code, message) => {
  const made = makeBatch({ ...options, ...wrong }, 0, cache);
  await expect(made).rejects.toMatchObject({ code });
  await expect(made).rejects.toThrow(message);
});

test('rejects a step below 0', async () => {
  await expect(makeBatch(options, -1, cache)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
});

test('halved patches show twice the view if the photo is large enough', async () => {
  const clean = { ...options, clean: 1, flat: 0, partial: 0, halved: 1, patch: 64 };
  const { targets } = await makeBatch(clean, 0, cache);
  const flat = planBatch(clean, 0).map(({ kind }) => kind === 'flat');
  for (const [index, isFlat] of flat.entries()) {
    if (isFlat) continue;
    const { planes } = await samplePatch({ ...options, patch: 128 }, 0, index, cache);
    const size = 3 * 64 * 64;
    const [row, column] = [10, 21];
    const at = (y: number, x: number) => planes[(2 * row + y) * 128 + 2 * column + x]!;
    const mean = (at(0, 0) + at(0, 1) + at(1, 0) + at(1, 1)) / 4;
    expect(targets[index * size + row * 64 + column]).toBeCloseTo(mean, 6);
  }
  // The photo is 384 by 256: twice 160 exceeds its height.
  const large = { ...options, clean: 1, flat: 0, patch: 160, batch: 2 };
  const whole = await makeBatch({ ...large, halved: 1 }, 0, cache);
  expect(whole.targets).toEqual((await makeBatch(large, 0, cache)).targets);
});

test('whole patches show as much of the photo as fits', async () => {
  // The photo is 384 by 256: four times 64 is its full height.
  const clean = { ...options, clean: 1, flat: 0, partial: 0, whole: 1, patch: 64 };
  const { targets } = await makeBatch(clean, 0, cache);
  const kinds = planBatch(clean, 0);
  const index = kinds.findIndex(({ kind }) => kind !== 'flat');
  const { planes } = await samplePatch({ ...options, patch: 256 }, 0, index, cache);
  const shown = targets.subarray(index * 3 * 64 * 64, index * 3 * 64 * 64 + 64 * 64);
  const red = planes.subarray(0, 256 * 256);
  const mean = (values: Float32Array) => values.reduce((sum, each) => sum + each) / values.length;
  expect(mean(shown)).toBeCloseTo(mean(red), 5);
  const corner = [0, 1, 2, 3].flatMap((y) => [...red.subarray(256 * y, 256 * y + 4)]);
  expect(shown[0]).toBeCloseTo(mean(Float32Array.from(corner)), 6);
});

test('stored patches pass through JPEG and keep their targets', async () => {
  const shares = { ...options, clean: 1, flat: 0, partial: 0 };
  const plain = await makeBatch(shares, 0, cache);
  const stored = await makeBatch({ ...shares, stored: 1 }, 0, cache);
  expect(stored.targets).toEqual(plain.targets);
  const gap = deviation(stored.inputs.map((value, at) => value - plain.inputs[at]!)) * 255;
  expect(gap).toBeGreaterThan(0.5);
  expect(gap).toBeLessThan(12);
  for (const value of stored.inputs) expect(value).toBe(Math.fround(Math.round(value * 255) / 255));
  await expect(makeBatch({ ...shares, stored: 2 }, 0)).rejects.toThrow(/stored: a share is/);
  await expect(makeBatch({ ...shares, halved: -1 }, 0)).rejects.toThrow(/halved: a share is/);
  await expect(makeBatch({ ...shares, halved: 0.6, whole: 0.5 }, 0)).rejects.toThrow(
    /^halved and whole: together they are 1.1; give at most 1/,
  );
});

test('half of the patches of a label with examples are cut from these, as they are', async () => {
  const night = await writeGrid(join(folder, 'night.png'), 64, 64, 200);
  const examples = { haze: [night] };
  const two = { ...options, labels: ['noise', 'haze'], examples };
  let shown = 0;
  for (let step = 0; step < 20; step++) {
    const { inputs, targets, present, files } = await makeBatch({ ...two, batch: 8 }, step, cache);
    for (const [at, file] of files.entries()) {
      if (file !== night) continue;
      shown++;
      expect([...present.subarray(2 * at, 2 * at + 2)]).toEqual([0, 1]);
      const of = (planes: Float32Array) => planes.subarray(at * size, (at + 1) * size);
      expect(Buffer.compare(Buffer.from(of(inputs)), Buffer.from(of(targets)))).toBe(0);
      expect(
        of(inputs)
          .subarray(2048)
          .every((blue) => blue === Math.fround(200 / 255)),
      ).toBe(true);
    }
  }
  // Of 160 patches 80 are of haze.
  expect(Math.abs(shown - 40)).toBeLessThan(14);
  const plain = await makeBatch({ ...two, examples: {} }, 3, cache);
  expect(plain.files).toEqual(Array(8).fill(chelsea));
});

test('examples of another label and empty ones are refused', async () => {
  const wrong = { ...options, examples: { fog: [chelsea] } };
  await expect(makeBatch(wrong, 0, cache)).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: `examples: 'fog' is not a label; the labels are ${labels.join(', ')}.`,
  });
  await expect(makeBatch({ ...options, examples: { haze: [] } }, 0, cache)).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: "examples: there are none for the label 'haze'; add some.",
  });
});
