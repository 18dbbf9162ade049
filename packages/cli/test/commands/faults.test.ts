import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bin, json } from '../graft.ts';

const folder = mkdtempSync(join(tmpdir(), 'pip-graft-test-'));
const temporary = join(folder, 'tmp');
afterAll(() => rmSync(folder, { recursive: true }));
beforeAll(() => {
  mkdirSync(temporary);
  json(folder, 'backbone', 'build', 'nafnet-small', '-o', 'host.onnx');
  json(folder, 'apply', 'host.onnx', '--adapter', 'init', '-o', 'grafted.onnx');
});

function validate(...args: string[]) {
  const child = spawn(process.execPath, [bin, 'validate', 'grafted.onnx', ...args], {
    cwd: folder,
    env: { ...process.env, TMPDIR: temporary },
  });
  const text = { out: '', err: '' };
  child.stdout.on('data', (chunk) => (text.out += chunk));
  child.stderr.on('data', (chunk) => (text.err += chunk));
  const ended = once(child, 'close').then(([status]) => ({ status: status as number, ...text }));
  return { child, ended };
}

/** Stopping it earlier would stop the command that is waiting for it to start. */
function isWorker(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('worker.js');
  } catch {
    return false;
  }
}

/** The worker processes that a command has had, as soon as there were `count` of them. */
async function workersOf({ pid }: ChildProcess, count = 1): Promise<number[]> {
  const seen = new Set<number>();
  for (let turn = 0; turn < 4000; turn++) {
    const list = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    for (const worker of list === '' ? [] : list.split(' ').map(Number)) {
      if (isWorker(worker)) seen.add(worker);
    }
    if (seen.size >= count) return [...seen];
    await wait(5);
  }
  throw new Error(`the command started ${seen.size} workers`);
}

/** Finds and stops processes by means that only Linux has. */
describe.skipIf(process.platform !== 'linux')('crashes in native code', () => {
  it('reports a killed worker as a failed check and continues with the others', async () => {
    const { child, ended } = validate('--json');
    // Past the first check, whose failure alone would end the run.
    process.kill((await workersOf(child, 4)).at(-1)!, 'SIGKILL');
    const { status, out } = await ended;
    const { verdict, models } = JSON.parse(out) as {
      verdict: { status: string };
      models: { validation: { checks: { name: string; status: string; detail: string }[] } }[];
    };
    expect(status).toBe(1);
    expect(verdict.status).toBe('failed');
    const { checks } = models[0]!.validation;
    const failed = checks.filter((check) => check.status === 'failed');
    expect(failed).toHaveLength(1);
    expect(failed[0]!.detail).toContain('was killed by SIGKILL');
    expect(checks.filter((check) => check.status === 'passed').length).toBeGreaterThan(12);
    expect(readdirSync(temporary)).toEqual([]);
  });

  it('kills a hanging worker at its time limit', async () => {
    const { child, ended } = validate('--time-limit', '1');
    for (const pid of await workersOf(child)) process.kill(pid, 'SIGSTOP');
    const { status, out } = await ended;
    expect(out).toContain('did not answer within 1 s and was killed');
    expect(status).toBe(1);
    expect(readdirSync(temporary)).toEqual([]);
  });

  it('an interrupt ends the workers, too, and leaves no file', async () => {
    const { child, ended } = validate('--html', 'report.html');
    const workers = await workersOf(child);
    child.kill('SIGINT');
    const { status, err } = await ended;
    expect(status).toBe(130);
    expect(err).toContain('stopped; nothing half-written was left');
    for (const pid of workers) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    expect(readdirSync(temporary)).toEqual([]);
    expect(readdirSync(folder).sort()).toEqual(['grafted.onnx', 'host.onnx', 'tmp']);
  });
});

describe('a missing device', () => {
  it('is skipped with the missing parts named, never passed', async () => {
    const { ended } = validate('--device', 'cuda', '--json', '--junit', 'report.xml');
    const { status, out } = await ended;
    expect(status).toBe(6);
    expect(JSON.parse(out)).toMatchObject({ verdict: { status: 'skipped' } });
    const junit = readFileSync(join(folder, 'report.xml'), 'utf8');
    expect(junit).toContain('<skipped');
    expect(junit).toMatch(/providers_\w+\.so|cannot run on cuda/);
    expect(junit).not.toContain('status="passed"');
  });
});
