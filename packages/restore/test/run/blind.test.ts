import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyGraft, freshAdapter, hostOf, planGraft } from '@pip-graft/graft';
import { type Image, imageOf } from '@pip-graft/imaging';
import { fixInputDims } from '@pip-graft/onnx-graft';
import { initSensor } from '@pip-graft/pip-core';
import {
  behindDoor,
  modelParts,
  restoreImage,
  restoreTiled,
  settingsOf,
  writeImage,
} from '@pip-graft/restore';
import { createSession, type Session } from '@pip-graft/runtime';
import { graftedFiles, labels, wrappedUnet } from '@pip-graft/test-utils';
import { evaluate, validateGraft } from '@pip-graft/validate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const small = { labels, widths: [4, 6], local: 6, hidden: 5, seed: 2 };
const sensor = initSensor({ ...small, sure: { from: 0, full: 1 } });
const folder = mkdtempSync(join(tmpdir(), 'pip-graft-test-'));
let paths: { readonly base: string; readonly grafted: string };
let session: Session;
beforeAll(async () => {
  paths = await graftedFiles(folder, {
    init: { attach: 'replace' },
    plan: { auto: sensor },
    trained: true,
  });
  session = await createSession(paths.grafted);
});
afterAll(async () => {
  await session.release();
  rmSync(folder, { recursive: true });
});

/** Dark on the left, bright and rough on the right: halves a sensor judges differently. */
const picture: Image = imageOf(
  96,
  64,
  Float32Array.from({ length: 3 * 96 * 64 }, (_, i) =>
    i % 96 < 48 ? 0.05 : 0.5 + 0.5 * Math.sin(i * i * 0.1),
  ),
);
const names = { found: 'degradation_found' };
const all = { sizeMultiple: 4, tileStep: 4, names };

const nhwcInput = wrappedUnet({ layout: 'NHWC' }).graph.inputs[0]!.name;

describe('a model with a sensor', () => {
  it('reports what it found in a whole image, and nothing if weights were given', async () => {
    const found: (readonly number[])[] = [];
    const onFound = (weights: readonly number[]) => void found.push(weights);
    const silent = await restoreImage(session, picture, { ...all, onFound });
    expect(found).toHaveLength(1);
    expect(found[0]!.every((weight) => weight > 0 && weight < 1)).toBe(true);
    const told = await restoreImage(session, picture, { ...all, onFound, degradation: found[0]! });
    expect(found).toHaveLength(1);
    expect(told.data).toEqual(silent.data);
  });

  it('gives the host’s output for zero weights, and runs the sensor only without weights', async () => {
    const found: (readonly number[])[] = [];
    const onFound = (weights: readonly number[]) => void found.push(weights);
    const zeros = labels.map(() => 0);
    const host = await createSession(paths.base);
    for (const tile of [undefined, 32]) {
      const how = tile === undefined ? {} : { tile, overlap: 8 };
      const run = tile === undefined ? restoreImage : restoreTiled;
      const alone = await run(host, picture, { sizeMultiple: 4, tileStep: 4, ...how });
      const asked = { ...all, ...how, onFound, degradation: zeros };
      const unsteered = await run(session, picture, asked);
      const gap = unsteered.data.map((value, at) => Math.abs(value - alone.data[at]!));
      expect(Math.max(...gap)).toBeLessThan(1e-5);
    }
    expect(found).toEqual([]);
    await host.release();
  });

  it('rejects invalid weights', async () => {
    for (const degradation of [labels.map(() => Number.NaN), labels.map(() => -1)])
      await expect(restoreImage(session, picture, { ...all, degradation })).rejects.toMatchObject({
        code: 'INVALID_WEIGHTS',
      });
  });

  it.each([
    ['a plain model', wrappedUnet()],
    ['channels last', wrappedUnet({ layout: 'NHWC' })],
    ['a batch of one', wrappedUnet({ batch: 1 })],
    [
      'channels last, a fixed size',
      fixInputDims(wrappedUnet({ layout: 'NHWC' }), { [nhwcInput]: [1, 32, 32, 3] }),
    ],
  ])('%s: looks at tiles with the sensor alone, and finds the same', async (_, host) => {
    const plain = hostOf(host);
    const adapter = freshAdapter(plain, { labels, attach: 'replace' });
    const model = applyGraft(planGraft(plain, adapter, { auto: sensor }));
    const settings = settingsOf(model);
    const { graft, steering } = settings;
    const { session: behind, door } = await behindDoor(await createSession(model), settings);
    const nodes: number[] = [];
    const parts = modelParts({
      graft,
      steering,
      door,
      withModel: (use) => use(model),
      load: (part) => {
        nodes.push(part.graph.nodes.length);
        return createSession(part);
      },
    })!;
    const found: (readonly number[])[] = [];
    const onFound = (row: readonly number[]) => void found.push(row);
    const how = { ...settings.restore, tile: 32, overlap: 8, onFound };
    const looking = { ...parts, halves: async () => undefined };
    await restoreTiled(behind, picture, how);
    await restoreTiled(behind, picture, { ...how, parts: looking });
    await parts.release();
    await behind.release();
    expect(found).toHaveLength(2);
    for (const [at, weight] of found[0]!.entries()) expect(found[1]![at]).toBeCloseTo(weight, 6);
    expect(nodes).toHaveLength(1);
    expect(nodes[0]!).toBeLessThan(model.graph.nodes.length / 2);
  });

  it('runs the sensor once for all tiles of an image', async () => {
    const found: (readonly number[])[] = [];
    const tiled = { ...all, tile: 32, overlap: 8 };
    const onFound = (weights: readonly number[]) => void found.push(weights);
    const looks: string[] = [];
    const onLook = (done: number, total: number) => void looks.push(`${done}/${total}`);
    const blind = await restoreTiled(session, picture, { ...tiled, onFound, onLook });
    expect(found).toHaveLength(1);
    // Nine of the tiles, spread evenly.
    expect(looks).toEqual(Array.from({ length: 9 }, (_, at) => `${at + 1}/9`));
    const told = await restoreTiled(session, picture, { ...tiled, degradation: found[0]! });
    expect(blind.data).toEqual(told.data);
    // Without the output's name every tile runs its own detection, which must not happen.
    const { names: _, ...unnamed } = tiled;
    const each = await restoreTiled(session, picture, unnamed);
    expect(each.data).not.toEqual(blind.data);
  });

  it('gives the host’s output in every tile if the sensor finds nothing', async () => {
    const deaf = initSensor({ ...small, sure: { from: 0.999, full: 1 } });
    const files = await graftedFiles(mkdtempSync(join(folder, 'deaf-')), {
      init: { attach: 'replace' },
      plan: { auto: deaf },
      trained: true,
    });
    const [grafted, host] = await Promise.all(
      [files.grafted, files.base].map((file) => createSession(file)),
    );
    const found: (readonly number[])[] = [];
    const onFound = (weights: readonly number[]) => void found.push(weights);
    const tiled = { ...all, tile: 32, overlap: 8 };
    const blind = await restoreTiled(grafted!, picture, { ...tiled, onFound });
    expect(found).toEqual([labels.map(() => 0)]);
    const alone = await restoreTiled(host!, picture, {
      sizeMultiple: 4,
      tile: 32,
      overlap: 8,
      tileStep: 4,
    });
    const gap = blind.data.map((value, at) => Math.abs(value - alone.data[at]!));
    expect(Math.max(...gap)).toBeLessThan(1e-5);
    const target = join(folder, 'two.png');
    await writeImage(target, picture);
    const tasks = [{ name: 'derain', pairs: [{ name: 'two', input: target, target }] }];
    const [task] = (await evaluate({ model: files.grafted, tasks, sizeMultiple: 4, blind: true }))
      .tasks;
    expect(task!.found).toEqual({ label: 'rain', right: 0, of: 1 });
    await Promise.all([grafted!.release(), host!.release()]);
  });

  it('passes the sensor check', async () => {
    const { status, checks } = await validateGraft({
      ...paths,
      only: ['loads', 'sensor', 'labels steer', 'batch rows', 'planned records only', 'removal'],
    });
    expect(checks.map(({ name, status }) => [name, status])).toEqual([
      ['loads', 'passed'],
      ['batch rows', 'passed'],
      ['labels steer', 'passed'],
      ['sensor', 'passed'],
      ['planned records only', 'passed'],
      ['removal', 'passed'],
    ]);
    expect(status).toBe('passed');
  });

  it('is evaluated blind: reports what was found and how often it was right', async () => {
    const target = join(folder, 'one.png');
    await writeImage(target, picture);
    const tasks = [{ name: 'derain', pairs: [{ name: 'one', input: target, target }] }];
    const common = { model: paths.grafted, tasks, sizeMultiple: 4 };
    const [task] = (await evaluate({ ...common, blind: true })).tasks;
    const found = task!.images[0]!.found!;
    expect(Object.keys(found)).toEqual(labels);
    expect(found['rain']).toBeGreaterThan(0);
    expect(task).toMatchObject({
      degradation: { weights: null, by: 'sensor' },
      found: { label: 'rain', right: 1, of: 1 },
    });
    const [named] = (await evaluate(common)).tasks;
    expect(named).toMatchObject({ degradation: { by: 'name' }, found: null });
    await expect(evaluate({ ...common, model: paths.base, blind: true })).rejects.toThrow(
      /no sensor to find the degradation/,
    );
  });
});
