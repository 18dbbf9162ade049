import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  convertWorkflowTemplate,
  NoOperationTraceWriter,
  parseWorkflow,
} from '@actions/workflow-parser';
import { Ajv } from 'ajv';
import { Job } from 'kubernetes-models/batch/v1/Job';
import { PersistentVolumeClaim } from 'kubernetes-models/v1/PersistentVolumeClaim';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';

const root = fileURLToPath(new URL('../..', import.meta.url));
const example = (name: string) => join(root, 'examples/many-machines', name);
const text = (name: string) => readFileSync(example(name), 'utf8');
const bin = join(root, 'packages/cli/bin/graft.js');

let folder = '';
const graft = (...args: string[]) =>
  spawnSync(process.execPath, [bin, ...args], { cwd: folder, encoding: 'utf8' });

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'graft-machines-'));
  graft('backbone', 'build', 'nafnet', '--dim', '8', '--blocks', '1,1', '-o', 'model.onnx');
  mkdirSync(join(folder, 'images'));
  const image = readFileSync(join(root, 'assets/chelsea.jpg'));
  for (const name of ['a', 'b', 'c']) writeFileSync(join(folder, 'images', `${name}.jpg`), image);
  // The command as the examples call it.
  mkdirSync(join(folder, 'bin'));
  writeFileSync(join(folder, 'bin/graft'), `#!/bin/sh\nexec "${process.execPath}" "${bin}" "$@"\n`);
  chmodSync(join(folder, 'bin/graft'), 0o755);
});
afterAll(() => rmSync(folder, { recursive: true }));

function run(command: readonly string[], environment: Record<string, string>) {
  const env = {
    ...process.env,
    PATH: `${join(folder, 'bin')}:${process.env['PATH']}`,
    ...environment,
  };
  return spawnSync(command[0]!, command.slice(1), { cwd: folder, encoding: 'utf8', env });
}

interface Container {
  readonly command: string[];
  readonly args: string[];
}

describe('examples/many-machines/job.yaml', () => {
  const [job, claim] = parseAllDocuments(text('job.yaml')).map((each) => each.toJS());

  it('is valid for Kubernetes', () => {
    expect(() => new Job(job).validate()).not.toThrow();
    expect(() => new PersistentVolumeClaim(claim).validate()).not.toThrow();
    expect(() => new Job({ ...job, spec: { ...job.spec, completions: '8' } }).validate()).toThrow();
    expect(job.spec.completions).toBe(8);
    expect(job.spec.template.spec.volumes[0].persistentVolumeClaim.claimName).toBe(
      claim.metadata.name,
    );
  });

  it('its pods do their share', () => {
    const [{ command, args }] = job.spec.template.spec.containers as [Container];
    const count = args.join(' ').match(/env\/(\d+)/)![1];
    expect(Number(count)).toBe(job.spec.completions);
    const ended = run([...command, ...args], { JOB_COMPLETION_INDEX: '0' });
    expect(ended).toMatchObject({ status: 0 });
    const report = JSON.parse(readFileSync(join(folder, 'reports/shard-0.json'), 'utf8'));
    expect(report.shard).toMatchObject({ index: 1, count: 8, total: 3 });
  });
});

it.skipIf(process.platform === 'win32')('restore.sbatch: its tasks do their share', () => {
  expect(text('restore.sbatch')).toContain('#SBATCH --array=1-8\n');
  for (const task of ['1', '2', '3', '4', '5', '6', '7', '8'])
    expect(run(['bash', example('restore.sbatch')], { SLURM_ARRAY_TASK_ID: task }).status).toBe(0);
  const made = readdirSync(join(folder, 'restored')).filter((name) => name.endsWith('.jpg'));
  expect(made.sort()).toEqual(['a.jpg', 'b.jpg', 'c.jpg']);
});

it('workflow.yml is valid for GitHub', async () => {
  const parsed = parseWorkflow(
    { name: 'workflow.yml', content: text('workflow.yml') },
    new NoOperationTraceWriter(),
  );
  expect(parsed.context.errors.getErrors()).toEqual([]);
  const template = await convertWorkflowTemplate(parsed.context, parsed.value!);
  expect(template.errors ?? []).toEqual([]);
  const { jobs } = parse(text('workflow.yml'));
  const steps = [...jobs.shard.steps, ...jobs.merge.steps] as { uses?: string; run?: string }[];
  for (const { uses, run: line = '' } of steps) {
    if (uses) expect(uses).toMatch(/^[\w/-]+@[0-9a-f]{40}$/);
    expect(line).not.toContain('${{');
  }
  // As many shards as in the matrix.
  const line = steps.find(({ run: one }) => one?.includes('--shard'))?.run;
  expect(line).toContain(`/${jobs.shard.strategy.matrix.shard.length}"`);
});

it('turbo.json is valid for turbo', () => {
  const schema = JSON.parse(readFileSync(join(root, 'node_modules/turbo/schema.json'), 'utf8'));
  const validate = new Ajv({ strict: false, logger: false }).compile(schema);
  expect(validate(JSON.parse(text('turbo.json')))).toBe(true);
  expect(validate({ tasks: { convert: { outputs: 'models' } } })).toBe(false);
});

describe('docs/guides/many-machines.md', () => {
  const guide = readFileSync(join(root, 'docs/guides/many-machines.md'), 'utf8');

  it('names existing files', () => {
    const files = [...guide.matchAll(/examples\/many-machines\/([\w.]+)\)/g)].map(
      ([, name]) => name!,
    );
    expect(new Set(files)).toEqual(new Set(readdirSync(example('.'))));
  });

  it('its commands have existing options', () => {
    const lines = [...guide.matchAll(/^npx graft (\S+) .*$/gm)];
    expect(lines).toHaveLength(8);
    for (const [line, command = ''] of lines) {
      const help = graft(command, '--help').stdout;
      for (const [option] of line.matchAll(/--[a-z-]+/g)) expect(help).toContain(option);
    }
  });
});
