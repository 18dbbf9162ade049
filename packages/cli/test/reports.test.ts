import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildReport, type ReportData } from '@pip-graft/report';
import { explainGraft, type Validation } from '@pip-graft/validate';
import { Command } from 'commander';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { checkReportOptions, reportOptions } from '../src/options/report-options.ts';
import { reportData, writeReports } from '../src/reports.ts';
import { json } from './graft.ts';

const data: ReportData = {
  title: 'graft validate',
  summary: 'One model.',
  models: [
    {
      name: 'a.onnx',
      trained: true,
      facts: [],
      ladders: [],
      strips: [],
      validation: {
        status: 'failed',
        checks: [{ name: 'loads', status: 'failed', measured: 1, limit: 0, detail: 'It did not.' }],
        figures: {},
      },
    },
  ],
};

let folder = '';
let notes: string[] = [];
const session = () => ({
  signal: new AbortController().signal,
  note: (line: string) => notes.push(line),
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'graft-cli-'));
  notes = [];
  vi.stubEnv('GITHUB_STEP_SUMMARY', '');
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});
const at = (name: string) => join(folder, name);
const read = (name: string) => readFileSync(at(name), 'utf8');

test('writes each requested format to its file, and nothing else', async () => {
  const options = { html: at('r.html'), junit: at('deep/r.xml'), markdown: at('r.md') };
  await writeReports(data, options, session());
  expect(read('r.html')).toMatch(/^<!doctype html>/);
  expect(read('deep/r.xml')).toMatch(
    /^<\?xml .*\n<testsuites name="graft validate" tests="1" failures="1"/,
  );
  expect(read('r.md')).toMatch(/^## ❌ 1 grafted model of 1 failed validation: a\.onnx\./);
  expect(readdirSync(folder, { recursive: true }).sort()).toEqual([
    'deep',
    'deep/r.xml',
    'r.html',
    'r.md',
  ]);
  expect(notes).toHaveLength(3);
  await writeReports(data, { html: at('again.html') }, session());
  expect(read('again.html')).toBe(read('r.html'));
  expect(notes).toHaveLength(4);
});

describe('markdown', () => {
  test('replaces its own file', async () => {
    writeFileSync(at('r.md'), 'old');
    await writeReports(data, { markdown: at('r.md') }, session());
    expect(read('r.md')).not.toContain('old');
  });

  test.each(['before\n', 'before'])(
    "is appended to a step's summary that holds %j",
    async (there) => {
      vi.stubEnv('GITHUB_STEP_SUMMARY', at('summary'));
      writeFileSync(at('summary'), there);
      await writeReports(data, { markdown: `${folder}/./summary` }, session());
      expect(read('summary')).toMatch(/^before\n## ❌ 1 grafted/);
      await writeReports(data, { markdown: at('summary') }, session());
      expect(read('summary').match(/^## ❌/gm)).toHaveLength(2);
    },
  );

  test('keeps a summary, with what it already holds, under the limit', async () => {
    vi.stubEnv('GITHUB_STEP_SUMMARY', at('summary'));
    writeFileSync(at('summary'), 'x'.repeat(1024 * 1024 - 900));
    await writeReports(data, { markdown: at('summary') }, session());
    expect(readFileSync(at('summary')).length).toBeLessThanOrEqual(1024 * 1024);
    expect(read('summary')).toContain('Omitted to stay within 899 bytes');
  });

  test.each([0, 1, 200])('leaves a summary with room for %d bytes as it is', async (room) => {
    vi.stubEnv('GITHUB_STEP_SUMMARY', at('summary'));
    const there = 'x'.repeat(1024 * 1024 - room);
    writeFileSync(at('summary'), there);
    await writeReports(data, { markdown: at('summary') }, session());
    expect(read('summary') === there).toBe(true);
    expect(notes).toEqual([
      `${at('summary')}: the step's summary is full, so the report is not in it; write it to another file`,
    ]);
  });

  test('creates a missing summary', async () => {
    vi.stubEnv('GITHUB_STEP_SUMMARY', at('summary'));
    await writeReports(data, { markdown: at('summary') }, session());
    expect(read('summary')).toMatch(/^## ❌/);
  });
});

test('reports a path that cannot be written and leaves nothing half-written', async () => {
  mkdirSync(at('taken'));
  for (const form of ['html', 'junit', 'markdown'] as const) {
    await expect(writeReports(data, { [form]: at('taken') }, session())).rejects.toMatchObject({
      code: 'WRITE_FAILED',
    });
  }
  vi.stubEnv('GITHUB_STEP_SUMMARY', at('taken'));
  await expect(writeReports(data, { markdown: at('taken') }, session())).rejects.toMatchObject({
    code: 'WRITE_FAILED',
    message: `${at('taken')}: could not be written: it is a folder; what was there is unchanged.`,
  });
  expect(readdirSync(folder)).toEqual(['taken']);
});

test('an interrupt before writing leaves no file', async () => {
  const signal = AbortSignal.abort(new Error('interrupted'));
  const options = { html: at('r.html') };
  await expect(writeReports(data, options, { ...session(), signal })).rejects.toThrow(
    'interrupted',
  );
  expect(existsSync(at('r.html'))).toBe(false);
});

describe('options', () => {
  test('are parsed by name', () => {
    const command = new Command();
    for (const option of reportOptions()) command.addOption(option);
    command.parse(['--html', 'a', '--junit', 'b', '--markdown', 'c'], { from: 'user' });
    expect(command.opts()).toEqual({ html: 'a', junit: 'b', markdown: 'c' });
  });

  test.each([
    [
      { html: 'a', junit: './a' },
      [],
      './a: two reports cannot be one file; choose another name for one of them.',
    ],
    [
      { junit: 'm.onnx' },
      ['x.onnx', './m.onnx'],
      'm.onnx: the result would replace the input; choose another name.',
    ],
  ])('rejects %j beside %j', (options, inputs, message) => {
    expect(() => checkReportOptions(options, inputs)).toThrow(message);
  });

  test('accepts different files', () => {
    expect(() => checkReportOptions({ html: 'a', junit: 'b' }, ['c'])).not.toThrow();
  });
});

describe('a file that is there already', () => {
  const formats = { html: 'r.html', junit: 'r.xml', markdown: 'r.md' } as const;

  test.each(Object.entries(formats))('--%s replaces an earlier report', async (format, name) => {
    await writeReports(data, { [format]: at(name) }, session());
    expect(() => checkReportOptions({ [format]: at(name) }, [])).not.toThrow();
    for (const [other, path] of Object.entries(formats).filter(([key]) => key !== format)) {
      writeFileSync(at(path), readFileSync(at(name)));
      expect(() => checkReportOptions({ [other]: at(path) }, [])).toThrow('choose another name');
    }
  });

  test('replaces an empty file', () => {
    writeFileSync(at('r.html'), '');
    expect(() => checkReportOptions({ html: at('r.html') }, [])).not.toThrow();
  });

  test.each([
    ['html', 'an HTML report', '<!doctype html><title>mine</title>'],
    ['junit', 'a JUnit report', '<?xml version="1.0"?><settings/>'],
    ['markdown', 'a Markdown report', '# Read me'],
  ])('--%s does not replace a file that no run wrote', (format, what, text) => {
    writeFileSync(at('mine'), text);
    expect(() => checkReportOptions({ [format]: at('mine') }, [])).toThrow(
      expect.objectContaining({
        code: 'WRITE_FAILED',
        message: `${at('mine')}: a file that is not ${what} of graft is there; choose another name.`,
      }),
    );
    expect(read('mine')).toBe(text);
  });

  test("appends to GitHub's step summary, whatever it holds", () => {
    vi.stubEnv('GITHUB_STEP_SUMMARY', at('summary.md'));
    writeFileSync(at('summary.md'), 'Build passed.\n');
    expect(() => checkReportOptions({ markdown: at('summary.md') }, [])).not.toThrow();
  });
});

let modelFolder = '';
beforeAll(() => {
  modelFolder = mkdtempSync(join(tmpdir(), 'graft-cli-'));
  json(
    modelFolder,
    'backbone',
    'build',
    'nafnet',
    '--dim',
    '8',
    '--blocks',
    '1,1',
    '-o',
    'host.onnx',
  );
  const apply = ['apply', 'host.onnx', '--adapter', 'init:labels=rain+haze,attach=replace'];
  json(modelFolder, ...apply, '-o', 'grafted.onnx');
});
afterAll(() => rmSync(modelFolder, { recursive: true }));

const validation: Validation = {
  status: 'passed',
  checks: [{ name: 'loads', status: 'passed', measured: 1, limit: null, detail: 'Loads.' }],
  figures: { memory: { host: 1, grafted: 2 } },
};

test('describes a validated model with its ladder, facts and explanation', async () => {
  const path = join(modelFolder, 'grafted.onnx');
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
  const path = join(modelFolder, 'grafted.onnx');
  const { models } = await reportData({ path, device: 'cuda', validation });
  expect(models[0]).toMatchObject({ strips: [], validation });
  expect(models[0]).not.toHaveProperty('comparisons');
});

test('rejects a model without a graft', async () => {
  const path = join(modelFolder, 'host.onnx');
  await expect(reportData({ path, device: 'cpu', validation })).rejects.toThrow(
    `${path}: it has no graft to report on; pass a model that \`graft apply\` wrote.`,
  );
});
