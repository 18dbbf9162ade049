import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { imageOf } from '@pip-graft/imaging';
import { graftedFiles, labels, tinyUnet } from '@pip-graft/test-utils';
import { explainGraft } from '@pip-graft/validate';
import { afterAll, expect, test } from 'vitest';

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
