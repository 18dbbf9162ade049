import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  cropImage,
  degrade,
  type Image,
  imageOf,
  measureQuality,
  roundToEightBits,
} from '@pip-graft/imaging';
import { readImage, restoreImage, writeImage } from '@pip-graft/restore';
import { createSession } from '@pip-graft/runtime';
import { graftedFiles, labels } from '@pip-graft/test-utils';
import { evaluate, findTasks } from '@pip-graft/validate';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'pip-graft-test-'));
const data = join(folder, 'data');
let grafted = '';
let base = '';

/** The decoder needs sizes that are multiples of 4; the images have others. */
const sizeMultiple = 4;
const clean = (phase: number, width = 25, height = 18): Image =>
  imageOf(
    width,
    height,
    Float32Array.from(
      { length: 3 * width * height },
      (_, i) => 0.5 + 0.4 * Math.sin(i / 5 + phase),
    ),
  );

async function pair(path: string, phase: number): Promise<void> {
  mkdirSync(join(data, dirname(path), 'input'), { recursive: true });
  mkdirSync(join(data, dirname(path), 'target'), { recursive: true });
  const name = path.split('/').at(-1)!;
  await writeImage(join(data, dirname(path), 'target', `${name}.png`), clean(phase));
  const hazy = degrade(clean(phase), 'haze', 1);
  await writeImage(join(data, dirname(path), 'input', `${name}.tif`), hazy);
}

beforeAll(async () => {
  ({ base, grafted } = await graftedFiles(folder, { trained: true }));
  await pair('derain/one/a', 0);
  await pair('derain/one/b', 1);
  await pair('other/c', 2);
});
afterAll(() => rmSync(folder, { recursive: true }));

const run = async (options: Partial<Parameters<typeof evaluate>[0]> = {}) => {
  const { tasks } = await findTasks(data);
  return evaluate({ model: grafted, tasks, sizeMultiple, threads: 1, ...options });
};

/** The quality of the grafted model's output, measured by hand. */
async function byHand(
  input: Image,
  target: Image,
  settings: Parameters<typeof restoreImage>[2],
  model = grafted,
) {
  const session = await createSession(model, { threads: 1 });
  const restored = await restoreImage(session, input, { sizeMultiple, ...settings });
  await session.release();
  return measureQuality(restored, target);
}

describe('evaluate', () => {
  test('measures input, host and graft for every image, and the mean over tasks', async () => {
    const { tasks, average, problems, graft } = await run();
    expect(problems).toEqual([]);
    expect(graft).toEqual({ adapter: 'init', trained: true, ownHost: true });
    expect(tasks.map(({ name, images }) => [name, images.map((one) => one.name)])).toEqual([
      ['derain/one', ['a', 'b']],
      ['other', ['c']],
    ]);
    const [input, target] = [
      await readImage(join(data, 'derain/one/input/a.tif')),
      await readImage(join(data, 'derain/one/target/a.png')),
    ];
    const [first, second] = tasks[0]!.images;
    expect(first).toMatchObject({ width: 25, height: 18 });
    const { quality } = first!;
    expect(quality.input).toEqual(measureQuality(input, target));
    expect(quality.host).toEqual(await byHand(input, target, {}, base));
    expect(quality.grafted).toEqual(await byHand(input, target, { degradation: [1, 0, 0] }));
    expect(quality.grafted).not.toEqual(quality.host);
    expect(quality.gain!.psnr).toBe(quality.grafted!.psnr - quality.host.psnr);
    const mean = (quality.host.ssim + second!.quality.host.ssim) / 2;
    expect(tasks[0]!.mean!.host.ssim).toBe(mean);
    expect(average!.host.ssim).toBeCloseTo((mean + tasks[1]!.mean!.host.ssim) / 2, 12);
  });

  test('gives the same numbers twice, and with the host read from a file', async () => {
    const once = await run();
    expect(await run()).toEqual(once);
    expect(await run({ base })).toEqual(once);
    expect(once.settings).toEqual({
      device: 'cpu',
      optimisation: 'all',
      threads: 1,
      sizeMultiple,
      strength: 1,
      seed: 0,
    });
  });

  test("steers the graft by the task's name, the caller's labels, or the default", async () => {
    const row = (...weights: number[]) =>
      Object.fromEntries(labels.map((label, at) => [label, weights[at]]));
    const third = 1 / 3;
    const told = async (options: Parameters<typeof run>[0]) =>
      (await run(options)).tasks.map(({ degradation }) => degradation);
    expect(await told({})).toEqual([
      { weights: row(1, 0, 0), by: 'name' },
      { weights: row(third, third, third), by: 'default' },
    ]);
    expect(await told({ degradation: [0, 0.5, 1], map: { other: 'blur' } })).toEqual([
      { weights: row(0, 0.5, 1), by: 'given' },
      { weights: row(0, 0, 1), by: 'map' },
    ]);
    expect(await told({ map: { one: 'haze' } })).toEqual([
      { weights: row(0, 1, 0), by: 'map' },
      { weights: row(third, third, third), by: 'default' },
    ]);
  });

  test('applies weights and strength', async () => {
    const { tasks } = await findTasks(join(data, 'derain'), { limit: 1 });
    const of = async (options: Parameters<typeof run>[0]) =>
      (await run({ tasks, ...options })).average!;
    const mixed = { degradation: { haze: 0.25, blur: 0.5 }, strength: 0.5 };
    const { grafted: measured } = await of(mixed);
    const [input, target] = [
      await readImage(join(data, 'derain/one/input/a.tif')),
      await readImage(join(data, 'derain/one/target/a.png')),
    ];
    const settings = { degradation: [0, 0.25, 0.5], strength: 0.5 };
    expect(measured).toEqual(await byHand(input, target, settings));
    const off = await of({ strength: 0 });
    expect(off.grafted).toEqual(off.host);
    expect(off.gain).toEqual({ psnr: 0, ssim: 0, psnrY: 0, ssimY: 0 });
  });

  test('degrades clean images by seed and image name, rounded to 8 bits', async () => {
    const how = { degradation: 'noise', amount: 40 } as const;
    const target = join(data, 'derain/one/target');
    const { tasks } = await findTasks(target, { degrade: [how] });
    const both = await run({ tasks, seed: 7 });
    const b = both.tasks[0]!.images[1]!;
    const image = await readImage(join(target, 'b.png'));
    const noisy = roundToEightBits(degrade(image, 'noise', '7/b', 40));
    expect(b).toMatchObject({ name: 'b', input: null });
    expect(b.quality.input).toEqual(measureQuality(noisy, image));
    const alone = await run({
      tasks: [{ ...tasks[0]!, pairs: tasks[0]!.pairs.slice(1) }],
      seed: 7,
    });
    expect(alone.tasks[0]!.images).toEqual([b]);
    const other = await run({ tasks, seed: 8 });
    expect(other.tasks[0]!.images[1]!.quality.input).not.toEqual(b.quality.input);
  });

  test('continues after images that cannot be measured and lists them', async () => {
    const bad = join(folder, 'bad');
    mkdirSync(join(bad, 'input'), { recursive: true });
    mkdirSync(join(bad, 'target'));
    const put = async (name: string, input: Image, target: Image) => {
      await writeImage(join(bad, 'input', name), input);
      await writeImage(join(bad, 'target', name), target);
    };
    await put('good.png', clean(0), clean(1));
    await put('larger.png', clean(0), clean(0, 26));
    await put('tiny.png', clean(0, 10, 30), clean(0, 10, 30));
    await put('broken.png', clean(0), clean(0));
    writeFileSync(join(bad, 'input/broken.png'), 'not an image');
    const { tasks } = await findTasks(bad);
    const steps: string[] = [];
    const {
      tasks: found,
      problems,
      average,
    } = await run({
      tasks,
      onStep: (task, done, total) => steps.push(`${task} ${done}/${total}`),
    });
    expect(found[0]!.images.map(({ name }) => name)).toEqual(['good']);
    expect(average).toEqual(found[0]!.images[0]!.quality);
    expect(problems.map(({ task, image, reason }) => [task, image, reason])).toEqual([
      ['bad', 'broken', expect.stringContaining('input/broken.png: not a readable image')],
      [
        'bad',
        'larger',
        'Images of 25x18 and 26x18 cannot be compared; use images of the same size.',
      ],
      ['bad', 'tiny', expect.stringContaining('at least 11 pixels')],
    ]);
    expect(steps).toHaveLength(8);
    expect(steps.at(-1)).toBe('bad 8/8');
    const none = await run({ tasks: [{ ...tasks[0]!, pairs: tasks[0]!.pairs.slice(0, 1) }] });
    expect(none).toMatchObject({ average: null, tasks: [{ mean: null, images: [] }] });
  });

  test('treats an ungrafted model as its own host', async () => {
    const { tasks, average, graft, settings } = await run({ model: base });
    expect({ graft, strength: settings.strength }).toEqual({ graft: null, strength: null });
    expect(tasks[0]!.degradation).toEqual({ weights: null, by: 'host' });
    expect(average!.host).toEqual((await run()).average!.host);
    expect(average).toMatchObject({ grafted: null, gain: null });
  });

  test('rejects a strength for a baked graft and reports its baked weights', async () => {
    const home = join(folder, 'baked');
    mkdirSync(home);
    const bake = { weights: { rain: 1 } };
    const { grafted: model } = await graftedFiles(home, { trained: true, plan: { bake } });
    const { tasks, average } = await run({ model });
    expect(tasks[1]!.degradation).toEqual({
      weights: { rain: 1, haze: 0, blur: 0 },
      by: 'baked',
    });
    const steered = await run({ degradation: { rain: 1 } });
    expect(average!.grafted!.psnr).toBeCloseTo(steered.average!.grafted!.psnr, 4);
    await expect(run({ model, strength: 0.5 })).rejects.toThrow(/--bake/);
  });

  test('measures a base other than the grafted host and reports it as such', async () => {
    const { graft, average } = await run({ base: grafted, strength: 0.5 });
    expect(graft!.ownHost).toBe(false);
    expect(average!.gain!.psnr).not.toBe(0);
  });

  test.each([
    ['weights for a host', 'INVALID_ARGUMENT', () => ({ model: base, degradation: [1] })],
    ['a map for a host', 'INVALID_ARGUMENT', () => ({ model: base, map: { other: 'rain' } })],
    ['a host to a host', 'NOT_GRAFTED', () => ({ model: base, base })],
    ['an unknown label', 'UNKNOWN_LABEL', () => ({ degradation: { snow: 1 } })],
    ['an unknown label in the map', 'UNKNOWN_LABEL', () => ({ map: { other: 'snow' } })],
    ['a map for no task', 'INVALID_ARGUMENT', () => ({ map: { othe: 'rain' } })],
    ['no such model', 'NOT_FOUND', () => ({ model: join(folder, 'none.onnx') })],
  ])('%s: %s', async (_name, code, options) => {
    await expect(run(options())).rejects.toMatchObject({ code });
  });
});

test('rounding to 8 bits matches writing a file', async () => {
  const wild = imageOf(3, 1, Float32Array.from([-1, 0, 0.0019, 0.002, 0.5, 1, 2, 0.25, 0.75]));
  const path = join(folder, 'rounded.png');
  await writeImage(path, wild);
  expect(roundToEightBits(wild)).toEqual(cropImage(await readImage(path), 3, 1));
});
