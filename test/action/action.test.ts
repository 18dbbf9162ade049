import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { action, runAction } from './action-steps.ts';

const bin = fileURLToPath(new URL('../../packages/cli/bin/graft.js', import.meta.url));
const guide = readFileSync(new URL('../../docs/guides/ci.md', import.meta.url), 'utf8');
let project = '';

/** A committed config with one working job and, for some tests, more jobs. */
function configure(...more: object[]): void {
  const works = {
    name: 'derain',
    source: { backbone: 'nafnet-small', seed: 1 },
    adapters: ['init:labels=rain+haze'],
    output: 'out/derain.onnx',
  };
  writeFileSync(
    join(project, 'graft.config.json'),
    JSON.stringify({ jobs: [works, ...more] }, null, 2),
  );
}

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'graft-action-'));
  mkdirSync(join(project, 'node_modules/.bin'), { recursive: true });
  symlinkSync(bin, join(project, 'node_modules/.bin/graft'));
});
afterAll(() => rmSync(project, { recursive: true, force: true }));

describe('action.yml', () => {
  it("puts no caller's text into a script", () => {
    for (const { run } of action.runs.steps) expect(run ?? '').not.toContain('${{');
  });

  it('keeps reports of failed runs, and fails in its last step', () => {
    const { steps } = action.runs;
    expect(action.runs.using).toBe('composite');
    expect(steps.at(-1)?.name).toBe('Result');
    expect(steps.find(({ uses }) => uses?.startsWith('actions/upload-artifact'))?.if).toContain(
      'always()',
    );
  });

  it('converts, reports and does nothing the second time', () => {
    configure();
    const first = runAction(project, {});
    expect(first).toMatchObject({ status: 0, outputs: { status: '0' } });
    expect(first.summary).toContain('derain');
    const report = first.outputs['report']!;
    expect(readFileSync(join(report, 'junit.xml'), 'utf8')).toContain('derain');
    expect(JSON.parse(readFileSync(join(report, 'report.json'), 'utf8'))).toMatchObject({
      jobs: [{ name: 'derain', status: 'built' }],
    });
    const bytes = readFileSync(join(project, 'out/derain.onnx'));
    const second = runAction(project, { frozen: 'true' });
    expect(second).toMatchObject({ status: 0 });
    const again = readFileSync(join(second.outputs['report']!, 'report.json'), 'utf8');
    expect(JSON.parse(again)).toMatchObject({ jobs: [{ name: 'derain', status: 'cached' }] });
    expect(readFileSync(join(project, 'out/derain.onnx')).equals(bytes)).toBe(true);
  });

  it('keeps what was converted where its cache step looks, wherever the config is', () => {
    configure();
    mkdirSync(join(project, 'models'), { recursive: true });
    renameSync(join(project, 'graft.config.json'), join(project, 'models/graft.config.json'));
    rmSync(join(project, '.graft-cache'), { recursive: true });
    expect(runAction(project, { config: 'models/graft.config.json' }).status).toBe(0);
    const kept = action.runs.steps.find(({ uses }) => uses?.startsWith('actions/cache'))?.with;
    expect(kept?.['path']).toMatch(/inputs\.working-directory \}\}\/\.graft-cache$/);
    expect(readdirSync(join(project, '.graft-cache'))).toHaveLength(1);
  });

  it("fails at the end with the failed job's status, after reporting", () => {
    configure({ name: 'gone', source: { onnx: 'none.onnx' }, output: 'out/gone.onnx' });
    const run = runAction(project, { cache: 'false' });
    expect(run).toMatchObject({ status: 7, outputs: { status: '7' } });
    const annotated = run.log.split('\n').filter((line) => line.startsWith('::'));
    expect(annotated).toEqual([
      expect.stringMatching(/^::error file=graft\.config\.json,line=14,title=gone::.*none\.onnx/),
    ]);
    expect(run.summary).toContain('gone');
  });

  it('annotates each failed gate at its line of the config', () => {
    configure({
      name: 'large',
      source: { job: 'derain' },
      output: 'out/large.onnx',
      gates: { maxBytes: '1 kB', validate: { maxMemory: 0.0001 } },
    });
    const run = runAction(project, { cache: 'false' });
    expect(run.status).toBe(1);
    expect(run.log.split('\n').filter((line) => line.startsWith('::'))).toEqual([
      expect.stringMatching(
        /^::error file=graft\.config\.json,line=21,title=large%3A size::[\d.]+ MB, the limit is 1\.0 kB: /,
      ),
      expect.stringMatching(
        /^::error file=graft\.config\.json,line=22,title=large%3A validate%3A memory::[\d.]+, the limit is 0\.0001: /,
      ),
    ]);
    const report = readFileSync(join(run.outputs['report']!, 'junit.xml'), 'utf8');
    const [, loads = ''] = /name="validate: loads"[^>]*time="([\d.]+)"/.exec(report) ?? [];
    expect(Number(loads)).toBeGreaterThan(0);
  });

  it('annotates an invalid config', () => {
    configure({ name: 'odd', source: { job: 'derain' }, output: 'out/odd.onnx', gate: {} });
    const run = runAction(project, {});
    expect(run.status).toBe(2);
    expect(run.log).toMatch(
      /^::error file=graft\.config\.json,line=20,title=graft convert::.*line 20, job 'odd': .*did you mean 'gates'/m,
    );
  });

  it('treats a missing GPU as skipped', () => {
    configure({
      name: 'on-cuda',
      source: { job: 'derain' },
      output: 'out/on-cuda.onnx',
      gates: { validate: { device: 'cuda' } },
    });
    const run = runAction(project, {});
    expect(run.status).toBe(0);
    expect(run.summary).toMatch(/skipped/i);
  });

  it('treats a config name with shell code as a plain name', () => {
    const trick = 'none.json; touch "$RUNNER_TEMP/hacked"; $(touch hacked)';
    const run = runAction(project, { config: trick });
    expect(run.status).toBe(7);
    expect(() => readFileSync(join(project, 'hacked'))).toThrow(/ENOENT/);
  });
});

describe('docs/guides/ci.md', () => {
  it('shows a workflow that uses the action with existing inputs', () => {
    const [, text = ''] = /```yaml\n([\s\S]*?)```/.exec(guide) ?? [];
    const workflow = parse(text) as {
      jobs: Record<string, { steps: { uses?: string; with?: Record<string, string> }[] }>;
    };
    const steps = Object.values(workflow.jobs).flatMap((job) => job.steps);
    const ours = steps.filter(({ uses }) => uses?.startsWith('pip-graft/pip-graft@'));
    expect(ours).toHaveLength(1);
    const known = Object.keys(action.inputs);
    for (const name of Object.keys(ours[0]?.with ?? {})) expect(known).toContain(name);
  });

  it('names every input and output of the action', () => {
    for (const name of [...Object.keys(action.inputs), ...Object.keys(action.outputs)])
      expect(guide).toContain(`\`${name}\``);
  });
});
