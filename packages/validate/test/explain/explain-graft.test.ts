import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { imageOf, viridis } from '@pip-graft/imaging';
import { exposeValues } from '@pip-graft/onnx-graft';
import { readGraft } from '@pip-graft/pip-core';
import { createSession } from '@pip-graft/runtime';
import { graftedFiles, labels, tinyUnet } from '@pip-graft/test-utils';
import { explainGraft } from '@pip-graft/validate';
import { type FloatTensor, float32Tensor } from '@pip-graft/weights';
import { afterAll, describe, expect, test } from 'vitest';
import {
  cosine,
  type LabelPrompts,
  promptFigures,
  readPrompts,
  universalPromptMap,
} from '../../src/explain/explain-graft.ts';
import { runTrial, type Trial, trialFeeds } from '../../src/subject/trial.ts';

const folder = mkdtempSync(join(tmpdir(), 'pip-graft-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

const image = imageOf(
  400,
  50,
  new Float32Array(3 * 400 * 50).map((_, at) => 0.5 + 0.4 * Math.sin(at / 5)),
);

test('gives images, differences and prompts of a grafted file', async () => {
  const { grafted } = await graftedFiles(folder, { trained: true });
  const steps: unknown[] = [];
  const shown = await explainGraft({
    grafted,
    image,
    sizeMultiple: 4,
    onStep: (...step) => steps.push(step),
  });
  expect(steps).toEqual(['images', ...labels, 'prompts'].map((step, index) => [step, index, 4]));
  expect(shown.comparisons.map(({ title }) => title)).toEqual(labels);
  // Scaled down first, keeping its proportions.
  expect(shown.comparisons[0]!.before).toMatchObject({ width: 320, height: 40 });
  expect(shown.differences.scale.high).toBeGreaterThan(0);
  expect(shown.promptMaps.map(({ images }) => images.map(({ caption }) => caption))).toEqual([
    labels,
    labels,
  ]);
  expect(shown.promptMaps[0]!.images[0]).toMatchObject({ width: 192, height: 24 });
  expect(shown.prompts!.levels.map(({ level }) => level)).toEqual([1, 2]);
  expect(shown.prompts!.levels[0]!.universal).toHaveLength(3);
});

test('an untrained residual graft differs nowhere from its host', async () => {
  const { base, grafted } = await graftedFiles(folder);
  const { differences, figures } = await explainGraft({ base, grafted, sizeMultiple: 4 });
  expect(differences.scale.high).toBeLessThan(1e-5);
  for (const { host, grafted: ours } of figures) expect(ours[0]).toBeCloseTo(host, 3);
});

test('explains a fixed-size network with a baked degradation', async () => {
  const { grafted } = await graftedFiles(folder, {
    host: tinyUnet('float32', 32),
    plan: { bake: { weights: [1, 0, 0] } },
  });
  const shown = await explainGraft({ grafted, image, sizeMultiple: 4 });
  expect(shown.prompts).toBeUndefined();
  expect(shown.promptMaps).toEqual([]);
  expect(shown.comparisons[0]!.after).toMatchObject({ width: 32, height: 32 });
  // Only the baked label is worth an image.
  expect(shown.comparisons.map(({ title }) => title)).toEqual(['rain']);
});

describe('prompts', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pip-graft-test-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  describe('cosine', () => {
    test.each([
      [[1, 0], [0, 2], 0],
      [[1, 1], [2, 2], 1],
      [[1, 0], [-3, 0], -1],
      [[3, 4], [4, 3], 0.96],
      [[0, 0], [1, 1], 0],
      [[Number.NaN, 0], [1, 1], Number.NaN],
    ])('%j and %j', (a, b, expected) => {
      const value = cosine(Float32Array.from(a), Float32Array.from(b));
      if (Number.isNaN(expected)) expect(value).toBeNaN();
      else expect(value).toBeCloseTo(expected, 7);
    });
  });

  const prompts: LabelPrompts = {
    labels: ['rain', 'haze'],
    levels: [
      {
        level: 2,
        degradation: [float32Tensor([1, 2, 1, 1], [1, 0]), float32Tensor([1, 2, 1, 1], [3, 4])],
        // Two channels at 1x2: norms 5 and 13, and 0 and 1.
        universal: [
          float32Tensor([1, 2, 1, 2], [3, 5, 4, 12]),
          float32Tensor([1, 2, 1, 2], [0, 0, 0, 1]),
        ],
      },
    ],
  };

  test('gives the cosines of every two labels, one matrix per level', () => {
    const { labels: names, levels } = promptFigures(prompts);
    expect(names).toEqual(['rain', 'haze']);
    expect(levels[0]!.level).toBe(2);
    expect(levels[0]!.degradation).toEqual([
      [1, 0.6],
      [0.6, 1],
    ]);
    expect(levels[0]!.universal[0]![1]).toBeCloseTo(12 / Math.sqrt(9 + 25 + 16 + 144), 7);
  });

  test('maps the norm over channels, on one scale for all labels', () => {
    const maps = universalPromptMap(prompts, 2);
    expect(maps.map(({ low, high }) => [low, high])).toEqual([
      [0, 13],
      [0, 13],
    ]);
    const { image } = maps[0]!;
    expect([image.width, image.height]).toEqual([2, 1]);
    for (const plane of [0, 1, 2]) {
      expect(image.data[2 * plane]).toBeCloseTo(viridis(5 / 13)[plane]!, 6);
      expect(image.data[2 * plane + 1]).toBeCloseTo(viridis(1)[plane]!, 6);
    }
    expect(() => universalPromptMap(prompts, 1)).toThrow('Level 1: no prompt; use one of 2.');
  });

  describe('prompts of a grafted model', () => {
    const image = imageOf(
      16,
      8,
      new Float32Array(3 * 16 * 8).map((_, at) => (at % 7) / 7),
    );

    test('degradation prompts are those of the adapter, label by label', async () => {
      const tensors = new Map<string, FloatTensor>();
      const { model } = await graftedFiles(folder, {
        spoil: (name, tensor) => {
          tensors.set(name, tensor);
          return tensor;
        },
      });
      const graft = readGraft(model)!;
      const names = graft.sites.flatMap(({ modules: [module] }) => [
        module!.values.degradationPrompt,
        module!.values.universalPrompt,
      ]);
      const session = await createSession(exposeValues(model, names));
      const trials: Trial[] = [];
      const [read] = (await readPrompts(
        (trial) => {
          trials.push(trial);
          const feeds = trialFeeds(trial, 'input', graft.inputs);
          return runTrial(session, feeds, session.outputs[0]!.name, trial.inner);
        },
        graft,
        image,
      ))!;
      await session.release();

      expect(trials.map(({ rows }) => rows)).toEqual([[[1, 0, 0]], [[0, 1, 0]], [[0, 0, 1]]]);
      const { levels } = promptFigures(read!);
      expect(levels.map(({ level }) => level)).toEqual([1, 2]);
      for (const { level, degradation, universal } of levels) {
        const [, learned] = [...tensors].find(
          ([name, { dims }]) => name.includes(`${level}`) && dims.length === 5,
        )!;
        const channels = learned.dims[2]!;
        const of = (label: number) =>
          learned.data.slice(label * channels, (label + 1) * channels) as Float32Array;
        for (const a of labels.keys()) {
          for (const b of labels.keys()) {
            expect(degradation[a]![b]).toBeCloseTo(cosine(of(a), of(b)), 5);
          }
          expect(universal[a]![a]).toBeCloseTo(1, 6);
        }
        // Prompts are drawn at random, so that no two labels have the same.
        expect(Math.abs(degradation[0]![1]!)).toBeLessThan(0.999);
      }
      const [fine, coarse] = [1, 2].map((level) => universalPromptMap(read!, level)[0]!.image);
      expect([fine!.width, fine!.height]).toEqual([16, 8]);
      expect([coarse!.width, coarse!.height]).toEqual([8, 4]);
    });

    test('a baked degradation leaves nothing to compare, and nothing runs', async () => {
      const { model } = await graftedFiles(folder, { plan: { bake: { weights: [1, 0, 0] } } });
      const never = () => Promise.reject(new Error('it was run'));
      expect(await readPrompts(never, readGraft(model)!, image)).toBeUndefined();
    });
  });
});
