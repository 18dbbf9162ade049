import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildReport } from '@pip-graft/report';
import { explainGraft, type Validation } from '@pip-graft/validate';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { reportData } from '../../src/reports/report-data.ts';
import { json } from '../graft.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'graft-cli-'));
  json(folder, 'backbone', 'build', 'nafnet', '--dim', '8', '--blocks', '1,1', '-o', 'host.onnx');
  const apply = ['apply', 'host.onnx', '--adapter', 'init:labels=rain+haze,attach=replace'];
  json(folder, ...apply, '-o', 'grafted.onnx');
});
afterAll(() => rmSync(folder, { recursive: true }));

const validation: Validation = {
  status: 'passed',
  checks: [{ name: 'loads', status: 'passed', measured: 1, limit: null, detail: 'Loads.' }],
  figures: { memory: { host: 1, grafted: 2 } },
};

test('describes a validated model with its ladder, facts and explanation', async () => {
  const path = join(folder, 'grafted.onnx');
  const explanation = await explainGraft({ grafted: path, sizeMultiple: 2 });
  const data = await reportData({ path, device: 'cpu', validation, explanation });
  const [model] = data.models;
  expect(data.summary).toBe('grafted.onnx against its host, on the CPU.');
  expect(model).toMatchObject({ name: 'grafted.onnx', trained: false });
  const facts = Object.fromEntries(model!.facts.map(({ label, value }) => [label, value]));
  expect(facts).toMatchObject({
    Family: 'nafnet',
    Graft: 'convgate, attached as replace',
    Labels: 'rain, haze',
    Host: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
  });
  expect(model!.ladders).toEqual([
    {
      inputs: ['degradation', 'strength'],
      levels: [1, 2].map((level) =>
        expect.objectContaining({
          level,
          channels: 8 * level,
          graft: expect.objectContaining({ promptSize: expect.any(Number) }),
        }),
      ),
    },
  ]);
  expect(model!.comparisons).toHaveLength(2);
  expect(model!.validation!.checks).toEqual(validation.checks);
  expect(model!.validation!.figures.memory).toEqual({ host: 1, grafted: 2 });
  expect(model!.validation!.figures.prompts).toEqual(explanation.prompts);
  const page = buildReport(data);
  expect(page).toContain('<h1>The grafted grafted.onnx passed every check that ran.</h1>');
  expect(page).toContain('The adapter is untrained.');
});

test('has no images without an explanation', async () => {
  const path = join(folder, 'grafted.onnx');
  const { models } = await reportData({ path, device: 'cuda', validation });
  expect(models[0]).toMatchObject({ strips: [], validation });
  expect(models[0]).not.toHaveProperty('comparisons');
});

test('rejects a model without a graft', async () => {
  const path = join(folder, 'host.onnx');
  await expect(reportData({ path, device: 'cpu', validation })).rejects.toThrow(
    `${path}: it carries no graft to report on.`,
  );
});
