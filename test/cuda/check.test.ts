import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { full } from '@pip-graft/test-utils';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root, runStep } from '../../scripts/cuda/check/run-step.mjs';
import { exitOf, statusOf } from '../../scripts/cuda/check/status.mjs';
import { stepsFor } from '../../scripts/cuda/check/steps.mjs';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'graft-cuda-check-'));
  mkdirSync(join(folder, 'steps'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const check = (...args: string[]) =>
  spawnSync(process.execPath, [join(root, 'scripts/cuda/check.mjs'), ...args], {
    encoding: 'utf8',
  });
const reportIn = (out: string) =>
  JSON.parse(readFileSync(join(out, 'report.json'), 'utf8')) as {
    status: string;
    dryRun: boolean;
    reason?: string;
    date: string;
    steps: { name: string; status: string; reason?: string; result?: unknown }[];
  };

/** A step that runs a line of JavaScript. */
const line = (name: string, code: string, minutes = 1) =>
  runStep({ name, args: ['-e', code], minutes }, { out: folder });

describe('a step', () => {
  it('keeps the JSON that it prints', async () => {
    const ended = await line('good', 'console.log(JSON.stringify({ figure: 7 }))');
    expect([ended.status, ended.result]).toEqual(['passed', { figure: 7 }]);
  });

  it.each([
    ['fails', 'console.error("Error: no memory"); process.exit(1)', 'failed', 'Error: no memory'],
    ['throws', 'throw new RangeError("too far")', 'failed', 'RangeError: too far'],
    ['crashes', 'process.kill(process.pid, "SIGSEGV")', 'failed', 'ended by SIGSEGV'],
    ['has no device', 'process.exit(6)', 'skipped', 'exit 6'],
    [
      'says which check failed',
      'console.log(JSON.stringify({ models: [{ validation: { checks: [{ name: "a", status: "passed" }, { name: "b", status: "failed", detail: "far off" }] } }] })); process.exit(1)',
      'failed',
      'b: far off',
    ],
  ])('that %s is a result', async (name, code, status, reason) => {
    const ended = await line(name.replaceAll(' ', '-'), code);
    expect([ended.status, ended.reason]).toEqual([status, reason]);
  });

  it('that hangs is killed with all its child processes', async () => {
    const code = `const child = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']); console.log(JSON.stringify({ pid: child.pid })); setInterval(() => {}, 1000)`;
    const ended = await line('hangs', code, 1 / 6);
    expect([ended.status, ended.reason]).toEqual(['failed', `stopped after ${1 / 6} minutes`]);
    const { pid } = ended.result as { pid: number };
    // Gone, or dead and not yet collected by the process that inherited it.
    const stat = `/proc/${pid}/stat`;
    if (existsSync('/proc/self/stat') && existsSync(stat))
      expect(readFileSync(stat, 'utf8')).toMatch(/\) Z /);
    else expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });

  it('is not started without its files or time, and not repeated on resume', async () => {
    const step = { name: 'once', args: ['-e', ''], minutes: 1 };
    const without = { ...step, needs: [join(folder, 'nothing')] };
    expect((await runStep(without, { out: folder })).status).toBe('not run');
    expect((await runStep(step, { out: folder, late: true })).status).toBe('not run');
    expect((await runStep(step, { out: folder })).kept).toBeUndefined();
    expect((await runStep(step, { out: folder, resume: true })).kept).toBe(true);
    const gone = { ...step, makes: join(folder, 'nothing') };
    expect((await runStep(gone, { out: folder, resume: true })).kept).toBeUndefined();
  });
});

describe('the status', () => {
  const step = (status: string, name = 'validate') => ({ name, status });
  it.each<[string, boolean, string, { name: string; status: string }[], string, number]>([
    ['no device', false, 'cuda', [step('no device', 'doctor')], 'skipped', 6],
    ['all passed', true, 'cuda', [step('passed')], 'passed', 0],
    [
      'a doctor that said no before the libraries were found',
      true,
      'cuda',
      [step('no device', 'doctor'), step('passed')],
      'passed',
      0,
    ],
    ['one failed', true, 'cuda', [step('passed'), step('failed')], 'failed', 1],
    ['one skipped', true, 'cuda', [step('passed'), step('skipped')], 'incomplete', 1],
    ['one not run', true, 'cuda', [step('passed'), step('not run')], 'incomplete', 1],
    ['another device', true, 'cpu', [step('passed')], 'dry run', 0],
    ['another device, failed', true, 'webgpu', [step('failed')], 'dry run', 1],
  ])('of %s', (_, works, device, results, status, exit) => {
    expect(statusOf({ works, device, results })).toBe(status);
    expect(exitOf(statusOf({ works, device, results }), results)).toBe(exit);
  });
});

describe('the steps', () => {
  const names = (device: string) => {
    const options = { families: ['nafnet', 'restormer', 'promptir'], networks: 'full' };
    return stepsFor({ ...options, device, deviceId: 0, out: '/out' }).map(({ name }) => name);
  };

  it('begin with one network in float32, and end with layers and training', () => {
    const all = names('cuda').filter((name) => !/^(build|apply)-/.test(name));
    const each = (kind: string, precision: string) =>
      ['nafnet', 'restormer', 'promptir'].map((family) => `${kind}-${family}-${precision}`);
    expect(all).toEqual([
      'measure-first-nafnet-float32',
      ...each('validate', 'float32'),
      ...each('measure', 'float32'),
      ...each('validate', 'float16'),
      ...each('measure', 'float16'),
      ...each('measure', 'tf32'),
      ...each('validate', 'float32-layers'),
      'train-nafnet',
    ]);
    expect(names('webgpu')).not.toContain('train-nafnet');
  });

  it('make each file once, before it is needed', () => {
    const made = new Set<string>();
    const steps = stepsFor({
      families: ['nafnet', 'promptir'],
      networks: 'full',
      device: 'cuda',
      deviceId: 0,
      out: '/out',
    });
    for (const { needs = [], makes } of steps as { needs?: string[]; makes?: string }[]) {
      expect(needs.filter((path) => !made.has(path))).toEqual([]);
      if (makes !== undefined) {
        expect(made.has(makes)).toBe(false);
        made.add(makes);
      }
    }
  });
});

describe('cuda-check', () => {
  it('without a device reports skipped and why, and never passed', ({ skip }) => {
    const out = join(folder, 'none');
    const { status, stdout } = check('-o', out, '--date', '2026-01-02');
    const report = reportIn(out);
    if (report.status !== 'skipped') skip('CUDA works on this machine');
    expect(status).toBe(6);
    expect(report.reason).toMatch(/needs/);
    expect(report.date).toBe('2026-01-02');
    expect(stdout).toBe(readFileSync(join(out, 'report.md'), 'utf8'));
    expect(stdout).toMatch(/^# CUDA check: skipped\n/);
    const [doctor, ...others] = report.steps;
    expect(doctor).toMatchObject({ name: 'doctor', status: 'no device' });
    expect(doctor?.reason).toMatch(/cannot run on cuda/);
    expect(others.length).toBeGreaterThan(5);
    for (const step of others)
      expect(step).toMatchObject({ status: 'skipped', reason: report.reason });
    expect(stdout).not.toMatch(/passed|``/i);
  });

  it('runs dry on the CPU, says so, and resumes where it stopped', () => {
    const out = join(folder, 'dry');
    const size = full ? 'small' : 'tiny';
    const args = ['-o', out, '--device', 'cpu', '--families', 'nafnet', '--networks', size];
    expect(check(...args, '--minutes', '0').status).toBe(0);
    expect(
      new Set(
        reportIn(out)
          .steps.slice(1)
          .map((step) => step.status),
      ),
    ).toEqual(new Set(['not run']));
    const { status, stdout, stderr } = check(...args, '--resume');
    expect(status, stderr).toBe(0);
    const report = reportIn(out);
    expect([report.status, report.dryRun]).toEqual(['dry run', true]);
    expect(report.steps.every((step) => step.status === 'passed')).toBe(true);
    expect(stdout).toContain('This is a DRY RUN on cpu');
    const measured = report.steps.find(({ name }) => name === 'measure-nafnet-float16');
    const { parity, limit } = measured!.result as {
      parity: { host: { relative: number }; grafted: { relative: number } };
      limit: number;
    };
    expect(parity.host.relative).toBeLessThan(limit / 10);
    expect(parity.grafted.relative).toBeLessThan(limit / 10);
    expect(measured?.result).toMatchObject({
      placement: { grafted: { copies: 0, fallbacks: [] } },
      latency: [{ side: 64 }, { side: 128 }],
    });
    expect(existsSync(join(out, 'models'))).toBe(false);
  });

  it.each([['--device', 'tpu'], ['--families', 'unet'], ['--minutes', 'soon'], ['--nonsense']])(
    'rejects %s',
    (...args) => {
      const { status, stderr } = check(...args);
      expect(status).toBe(2);
      expect(stderr).toContain('Usage: cuda-check');
    },
  );
});
