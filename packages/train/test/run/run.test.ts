import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { backbonePresets, buildBackbone } from '@pip-graft/backbones';
import { type OpenHost, openAdapter, openHost, saveModel } from '@pip-graft/graft/node';
import {
  defaultSensorOptions,
  defaultTrainOptions,
  keepLearned,
  openRun,
  openSensorRun,
  preview,
  type RunProgress,
  type RunRequest,
  recent,
  runSteps,
} from '@pip-graft/train';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { constant, node, picture, tinyModel } from '../../../test-utils/src/models.ts';
import { earlierDigests } from '../../src/run/resume.ts';
import { writeState } from '../../src/state/state-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'run-'));
const at = (name: string) => join(folder, name);
const bytes = (name: string) => readFileSync(at(name));
const assets = fileURLToPath(new URL('../../../../assets/', import.meta.url));
let host: OpenHost;

beforeAll(async () => {
  mkdirSync(at('photos'));
  copyFileSync(join(assets, 'chelsea.jpg'), at('photos/chelsea.jpg'));
  const { config } = backbonePresets['nafnet-small'];
  const small = { ...config, width: 8, encoder: [1, 1], decoder: [1, 1] };
  await saveModel(buildBackbone({ family: 'nafnet', config: small }, 3), at('host.onnx'));
  host = await openHost(at('host.onnx'));
});
afterAll(() => {
  host.close();
  rmSync(folder, { recursive: true });
});

const request = (output: string, more: Partial<RunRequest> = {}): RunRequest => ({
  adapter: 'init:labels=noise+haze',
  data: at('photos'),
  stages: [{ ...defaultTrainOptions, steps: 4, batch: 2, patch: 16, warmup: 1 }],
  output: at(output),
  ...more,
});
/** A clock that advances a second each time it is read. */
const clock = () => {
  let time = 0;
  return () => (time += 1000);
};

it('trains in a program: reports every step and stores the record in the adapter', async () => {
  const run = await openRun(host, request('a'));
  const told: RunProgress[] = [];
  const ended = await runSteps(
    run,
    { threads: 1, workers: 0 },
    { now: clock(), onStep: (progress) => told.push(progress) },
  );
  expect(told.map(({ step, total, figure }) => [step, total, figure])).toEqual(
    [1, 2, 3, 4].map((step) => [step, 4, 'psnr']),
  );
  // Each of four steps reads it twice, the stage twice more: about half of the time is computing.
  expect(ended).toMatchObject({ spent: false, best: null });
  expect(ended.runtimeShare).toBeGreaterThan(0.3);
  const { step, training } = await keepLearned(host, run, ended, { adapter: at('a'), name: 'a' });
  expect(step).toBe(4);
  expect(training).toMatchObject({ steps: 4, ofSteps: 4, batch: 2, patch: 16, photos: 1 });
  expect(recent(run, 4)).toMatchObject({ count: 4, loss: told[3]!.loss });
  const adapter = await openAdapter(at('a'), { for: host });
  expect(adapter.training).toMatchObject({ steps: 4 });
});

it('resumes bit for bit after an abort', async () => {
  const stop = new AbortController();
  const first = await openRun(host, request('b'));
  const onStep = ({ step }: RunProgress) => step === 2 && stop.abort();
  const pace = { threads: 1, workers: 0 };
  const cut = await runSteps(first, pace, { now: clock(), signal: stop.signal, onStep });
  expect(cut.state.step).toBe(2);
  const again = await openRun(host, request('b', { resume: true }));
  expect(again.begun.step).toBe(2);
  await runSteps(again, pace, { now: clock() });
  expect(bytes('b.state.safetensors').equals(bytes('a.state.safetensors'))).toBe(true);
});

it('continues with the same images in another place, and with the digests of earlier states', async () => {
  const stages = [{ ...defaultTrainOptions, steps: 1, batch: 1, patch: 16, warmup: 0 }];
  const run = await openRun(host, request('moved', { stages }));
  await runSteps(run, { threads: 1, workers: 0 }, { now: clock() });
  mkdirSync(at('elsewhere/deep'), { recursive: true });
  copyFileSync(at('photos/chelsea.jpg'), at('elsewhere/deep/chelsea.jpg'));
  const again = (data: string) => openRun(host, request('moved', { stages, data, resume: true }));
  expect((await again(at('elsewhere'))).begun.step).toBe(1);
  copyFileSync(at('photos/chelsea.jpg'), at('elsewhere/deep/other.jpg'));
  await expect(again(at('elsewhere'))).rejects.toThrow(/differs in data \(other images\)/);
  const { files, begun, batches } = await again(at('photos'));
  const { origin } = begun;
  const options = { ...origin.options, ...earlierDigests(batches) };
  expect(options['data']).not.toBe(origin.options['data']);
  await writeState(files.state, { ...begun, origin: { ...origin, options } });
  expect((await again(at('photos'))).begun).toMatchObject({ step: 1, changes: [], origin });
});

it('continues with the same validation images in another place', async () => {
  const stages = [{ ...defaultTrainOptions, steps: 1, batch: 1, patch: 16, warmup: 0 }];
  for (const name of ['held', 'moved-held/deep', 'other-held', 'clean'])
    mkdirSync(at(name), { recursive: true });
  const flat = (name: string, background: string) =>
    sharp({ create: { width: 32, height: 32, channels: 3, background } })
      .png()
      .toFile(at(name));
  for (const name of ['held/v.png', 'moved-held/deep/v.png', 'other-held/w.png'])
    await flat(name, '#246');
  await flat('clean/t.png', '#862');
  const open = (validate: string | number, resume = true) =>
    openRun(host, request('val', { stages, data: at('clean'), validate, resume }));
  const run = await open(at('held'), false);
  const ended = await runSteps(run, { threads: 1, workers: 0 }, { now: clock() });
  const { training } = await keepLearned(host, run, ended, { adapter: at('val'), name: 'val' });
  expect(training).toMatchObject({ validation: { images: 1, patch: 16, best: { step: 1 } } });
  const { begun, validation, files } = await open(at('moved-held'));
  expect(begun).toMatchObject({ step: 1, changes: [] });
  expect(validation?.best?.step).toBe(1);
  await expect(open(at('other-held'))).rejects.toThrow(/differs in validate \(other images\);/);
  // As earlier states have it.
  const { origin } = begun;
  const options = { ...origin.options, validate: at('held') };
  await writeState(files.state, { ...begun, origin: { ...origin, options } });
  await writeState(files.best, { ...begun, origin: { ...origin, options } });
  const earlier = await open(at('held'));
  expect(earlier.begun).toMatchObject({ step: 1, changes: [], origin });
  expect(earlier.validation?.best?.step).toBe(1);
});

it('says what to do about a damaged state', async () => {
  const stages = [{ ...defaultTrainOptions, steps: 1, batch: 1, patch: 16, warmup: 0 }];
  const run = await openRun(host, request('damaged', { stages }));
  await runSteps(run, { threads: 1, workers: 0 }, { now: clock() });
  writeFileSync(run.files.state, bytes('damaged.state.safetensors').subarray(0, 2000));
  await expect(openRun(host, request('damaged', { stages, resume: true }))).rejects.toThrow(
    /damaged\.state\.safetensors: not a valid .* Put back a copy of it, or begin again with --force\.$/,
  );
});

it('ends with what stopped a step, even if its state cannot be saved', async () => {
  const run = await openRun(host, request('full'));
  mkdirSync(run.files.state);
  const notes: string[] = [];
  const ended = runSteps(
    run,
    { threads: 1, workers: 0 },
    {
      now: clock(),
      onNote: (line) => notes.push(line),
      onStep: ({ step }) => {
        if (step === 2) throw new Error('what stopped it');
      },
    },
  );
  await expect(ended).rejects.toThrow(/^what stopped it$/);
  expect(notes).toEqual([
    `step 2 could not be saved: ${run.files.state}: could not be written: it is a folder; what was there is unchanged.`,
  ]);
});

it('rejects a host of another range that its graph does not reveal', async () => {
  const identity = (gain: number) => [gain, 0, 0, 0, gain, 0, 0, 0, gain];
  for (const [gain, made] of [
    // 256 times its input, in two steps, which the graph does not reveal.
    [16, /works in 0\.\.255/],
    [1, undefined],
  ] as const) {
    const model = tinyModel({
      nodes: [
        node('Conv', ['input', 'first'], 'seen'),
        node('Relu', ['seen'], 'lit'),
        node('Conv', ['lit', 'weight'], 'output'),
      ],
      inputs: [picture('input')],
      outputs: [picture('output')],
      initializers: [
        constant('first', identity(gain), [3, 3, 1, 1]),
        constant('weight', identity(gain), [3, 3, 1, 1]),
      ],
    });
    await saveModel(model, at(`gain-${gain}.onnx`));
    const plain = await openHost(at(`gain-${gain}.onnx`));
    const stages = [{ ...defaultTrainOptions, steps: 1, patch: 16, learn: 'all' as const }];
    const opened = openRun(plain, request('d', { adapter: 'none', stages }));
    if (made) await expect(opened).rejects.toThrow(made);
    else expect((await opened).total).toBe(1);
    plain.close();
  }
});

it('rejects photos that a later step could not use', async () => {
  for (const name of ['small', 'foreign', 'pairs/input', 'pairs/target'])
    mkdirSync(at(name), { recursive: true });
  const chelsea = (name: string) => copyFileSync(join(assets, 'chelsea.jpg'), at(name));
  for (const name of ['small/a.jpg', 'foreign/a.jpg', 'pairs/target/a.png']) chelsea(name);
  await sharp({ create: { width: 15, height: 40, channels: 3, background: '#888' } })
    .png()
    .toFile(at('small/z.png'));
  copyFileSync(at('small/z.png'), at('pairs/input/a.png'));
  writeFileSync(at('foreign/z.jpg'), 'no picture');
  const refused = (data: string, more: Partial<RunRequest> = {}) =>
    openRun(host, request('g', { data: at(data), ...more }));
  const tooSmall = /z\.png: the photo is 15x40, smaller than the patch of 16x16/;
  await expect(refused('small')).rejects.toThrow(tooSmall);
  const stages = [8, 16].map((patch, index) => ({
    ...defaultTrainOptions,
    patch,
    first: index,
    steps: index + 1,
  }));
  await expect(refused('small', { stages })).rejects.toThrow(tooSmall);
  expect((await refused('small', { stages: stages.slice(0, 1) })).total).toBe(1);
  await expect(refused('foreign')).rejects.toThrow(/z\.jpg: not a readable image/);
  await expect(refused('photos', { pairs: { haze: at('pairs') } })).rejects.toThrow(
    /input.a\.png: the photo is 15x40/,
  );
  await expect(refused('photos', { pixels: 100 })).rejects.toThrow(/more than the 100 pixels/);
});

it('checks the examples of a sensor too', async () => {
  const [photos, night] = [at('by-day'), at('by-night')];
  const jpeg = readFileSync(join(assets, 'chelsea.jpg'));
  for (const folder of [photos, night]) mkdirSync(folder);
  writeFileSync(join(photos, 'a.jpg'), jpeg);
  writeFileSync(join(night, 'a.jpg'), jpeg);
  writeFileSync(join(night, 'b.jpg'), jpeg.subarray(0, jpeg.length / 2));
  const run = await openSensorRun({
    labels: ['noise', 'low-light'],
    data: photos,
    examples: { 'low-light': night },
    options: { ...defaultSensorOptions, steps: 30, batch: 4, patch: 16 },
    output: at('eye'),
  });
  const progress: string[] = [];
  const hooks = {
    now: clock(),
    onImage: (done: number, total: number) => void progress.push(`${done}/${total}`),
  };
  await expect(runSteps(run, { threads: 1, workers: 0 }, hooks)).rejects.toMatchObject({
    code: 'CORRUPT_FILE',
    message: expect.stringContaining(join(night, 'b.jpg')),
  });
  expect(progress).toEqual(['1/3', '2/3', '3/3']);
});

it('rejects images with damaged pixels before the first step, all by name', async () => {
  mkdirSync(at('damaged-images'));
  const jpeg = readFileSync(join(assets, 'chelsea.jpg'));
  for (const name of ['a.jpg', 'd.jpg']) writeFileSync(at(`damaged-images/${name}`), jpeg);
  writeFileSync(at('damaged-images/b.jpg'), jpeg.subarray(0, jpeg.length / 2));
  const stages = [{ ...defaultTrainOptions, steps: 8, batch: 2, patch: 16, warmup: 0 }];
  const start = async () => {
    const run = await openRun(host, request('h', { data: at('damaged-images'), stages }));
    const checked: number[][] = [];
    const onImage = (...counts: number[]) => checked.push(counts);
    const onStep = () => expect.fail('a step was done');
    const error = await runSteps(run, { threads: 1, workers: 0 }, { now: clock(), onImage, onStep })
      .then(() => expect.fail('it ran'))
      .catch((reason: Error & { code: string }) => reason);
    expect(checked).toEqual(
      [1, 2, 3, 4].slice(0, run.batches.photos.length).map((done) => [done, checked.length]),
    );
    return error;
  };
  expect(await start()).toMatchObject({
    code: 'CORRUPT_FILE',
    message: expect.stringMatching(
      /damaged-images.b\.jpg: not a readable image \([^)]*\); [^.]*\.$/,
    ),
  });
  writeFileSync(at('damaged-images/c.jpg'), jpeg.subarray(0, jpeg.length / 3));
  const names = (await start()).message.match(/damaged-images.[a-d]\.jpg/g);
  expect(names?.map((name) => name.at(-5)).sort()).toEqual(['b', 'c']);
});

it('writes nothing if it is stopped while images are checked', async () => {
  const run = await openRun(host, request('stopped'));
  const stop = new AbortController();
  stop.abort();
  const pace = { threads: 1, workers: 0 };
  await expect(runSteps(run, pace, { now: clock(), signal: stop.signal })).rejects.toThrow(/abort/);
  expect(existsSync(run.files.state)).toBe(false);
});

it('checks only images that its steps draw', async () => {
  mkdirSync(at('many'));
  const jpeg = readFileSync(join(assets, 'chelsea.jpg'));
  for (let index = 0; index < 20; index++) writeFileSync(at(`many/${index}.jpg`), jpeg);
  const stages = [{ ...defaultTrainOptions, steps: 1, batch: 2, patch: 16, warmup: 0 }];
  const run = await openRun(host, request('i', { data: at('many'), stages }));
  const checked: number[] = [];
  const onImage = (done: number) => checked.push(done);
  const { state } = await runSteps(run, { threads: 1, workers: 0 }, { now: clock(), onImage });
  expect(state.step).toBe(1);
  expect(checked.length).toBeLessThanOrEqual(2);
});

it('rejects an impossible run before its first step', async () => {
  const refused = (more: Partial<RunRequest>) => openRun(host, request('c', more));
  await expect(refused({ degrade: { rain: { veil: [0.1, 0.2] } } })).rejects.toThrow(
    /^degrade rain: no image is degraded for rain in this run, only for noise, haze/,
  );
  await expect(refused({ pairs: { snow: at('photos') } })).rejects.toThrow();
  await expect(refused({ validate: 0.5 })).rejects.toThrow(/too few to split/);
});

it('previews the patches that training sees, the same for the same seed', async () => {
  const one = await preview({ data: at('photos'), labels: ['noise'], patch: 16, seed: 1 });
  expect(one.rows.map(({ name }) => name)).toContain('noise');
  expect(one.degrade).toHaveProperty('noise.sigma');
  const other = await preview({ data: at('photos'), labels: ['noise'], patch: 16, seed: 1 });
  expect(other.sheet.equals(one.sheet)).toBe(true);
});
