import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { GraftError } from '@pip-graft/onnx-graft';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Cache } from '../../../src/convert/cache/cache.ts';
import type { JobConfig } from '../../../src/convert/config/schema.ts';
import { exitOf, type Job, type Made } from '../../../src/convert/job/job.ts';
import { encodeLock, lockPath, readLock, writeLock } from '../../../src/convert/lock.ts';
import { convert } from '../../../src/convert/run/convert.ts';
import { madeFile } from '../made.ts';

let folder = '';
let running = 0;
let most = 0;
let ran: string[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'graft-convert-'));
  running = 0;
  most = 0;
  ran = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

const native = (name: string): JobConfig => ({
  name,
  source: { backbone: 'nafnet-small' },
  output: `out/${name}.onnx`,
});
const after = (name: string, job: string): JobConfig => ({ ...native(name), source: { job } });

/** A job that makes a file containing its name, or does what `odd` says. */
function worker(odd: Readonly<Record<string, (job: Job) => Promise<Made> | Made>> = {}) {
  return async (job: Job): Promise<Made> => {
    const { name } = job.config;
    ran.push(name);
    most = Math.max(most, ++running);
    await setTimeout(5);
    running--;
    return odd[name]?.(job) ?? madeFile(job.staging, `${name}.onnx`, name);
  };
}

function go(
  jobs: readonly JobConfig[],
  more: Partial<Parameters<typeof convert>[0]> = {},
): ReturnType<typeof convert> {
  return convert({
    jobs,
    folder,
    cache: new Cache(join(folder, 'cache')),
    reuse: true,
    lock: null,
    lanes: 4,
    memory: 1e12,
    run: worker(),
    signal: new AbortController().signal,
    now: () => 0,
    onOutcome: () => {},
    ...more,
  });
}

const statuses = ({ outcomes }: Awaited<ReturnType<typeof convert>>) =>
  outcomes.map(({ status }) => status);

describe('convert', () => {
  it('builds a job after its source, and nothing the second time', async () => {
    const jobs = [after('b', 'a'), native('a')];
    expect(statuses(await go(jobs))).toEqual(['built', 'built']);
    expect(ran).toEqual(['a', 'b']);
    expect(readFileSync(join(folder, 'out/b.onnx'), 'utf8')).toBe('b');
    expect(statuses(await go(jobs))).toEqual(['cached', 'cached']);
    expect(ran).toEqual(['a', 'b']);
  });

  it('continues after a failed job and skips jobs that depend on it', async () => {
    const run = worker({
      a: () => {
        throw new GraftError('NO_SITES', 'no sites');
      },
    });
    const made = await go([native('a'), after('b', 'a'), after('c', 'b'), native('d')], { run });
    expect(statuses(made)).toEqual(['failed', 'skipped', 'skipped', 'built']);
    expect(exitOf(made.outcomes)).toBe(3);
    expect(existsSync(join(folder, 'out/a.onnx'))).toBe(false);
    expect(readdirSync(join(folder, 'cache')).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('names the output in an error, not the folder where it is made', async () => {
    const run = worker({
      a: ({ staging }) => {
        throw new GraftError('WRITE_FAILED', `${join(staging, 'a.onnx')}: the disk is full.`);
      },
    });
    const { outcomes } = await go([native('a')], { run });
    expect(outcomes[0]!.failure).toMatchObject({
      code: 'WRITE_FAILED',
      message: `${join(folder, 'out/a.onnx')}: the disk is full.`,
    });
  });

  it('places and caches nothing when a gate failed', async () => {
    const gate = {
      name: 'size',
      status: 'failed',
      measured: 9e6,
      limit: 5_200_000,
      unit: 'bytes',
      detail: 'Model and data.',
    } as const;
    const other = { ...gate, name: 'parity', measured: 31.456, limit: 40, unit: 'dB' } as const;
    const run = worker({
      a: (job) => ({ ...madeFile(job.staging, 'a.onnx', 'a'), gates: [gate, other] }),
    });
    const made = await go([native('a')], { run });
    expect(made.outcomes[0]).toMatchObject({
      status: 'failed',
      failure: { code: 'GATE_FAILED', exit: 1 },
      made: { gates: [gate, other] },
    });
    expect(made.outcomes[0]!.failure!.message.split('\n')).toEqual([
      "Job 'a': 2 gates failed, so nothing was put in place:",
      'a: size: 9.0 MB, the limit is 5.2 MB: Model and data.',
      'a: parity: 31.46 dB, the limit is 40.00 dB: Model and data.',
    ]);
    expect(existsSync(join(folder, 'out/a.onnx'))).toBe(false);
    expect(readdirSync(join(folder, 'cache'))).toEqual([]);
  });

  it('passes a job whose gate was skipped, but does not cache it', async () => {
    const gate = {
      name: 'validate',
      status: 'skipped',
      measured: null,
      limit: null,
      detail: 'no GPU',
    } as const;
    const run = worker({
      a: (job) => ({ ...madeFile(job.staging, 'a.onnx', 'a'), gates: [gate] }),
    });
    const made = await go([native('a')], { run });
    expect(statuses(made)).toEqual(['built']);
    expect(exitOf(made.outcomes)).toBe(0);
    expect(readFileSync(join(folder, 'out/a.onnx'), 'utf8')).toBe('a');
    expect(readdirSync(join(folder, 'cache'))).toEqual([]);
  });

  it('runs as many jobs at once as lanes and memory allow', async () => {
    const jobs = ['a', 'b', 'c', 'd', 'e'].map(
      (name, seed): JobConfig => ({
        ...native(name),
        source: { backbone: 'nafnet-small', seed },
      }),
    );
    await go(jobs, { lanes: 2 });
    expect(most).toBe(2);
    most = 0;
    await go(jobs, { memory: 1, cache: new Cache(join(folder, 'other')) });
    expect(most).toBe(1);
  });

  it('rebuilds a corrupt cache entry and says so', async () => {
    await go([native('a')]);
    const [key = ''] = readdirSync(join(folder, 'cache'));
    writeFileSync(join(folder, 'cache', key, 'a.onnx'), 'x');
    const made = await go([native('a')]);
    expect(made.outcomes[0]).toMatchObject({ status: 'built' });
    expect(made.outcomes[0]!.notes[0]).toMatch(/made again/);
    expect(statuses(await go([native('a')]))).toEqual(['cached']);
  });

  it('restores an output that was changed', async () => {
    await go([native('a')]);
    writeFileSync(join(folder, 'out/a.onnx'), 'x');
    const made = await go([native('a')]);
    expect(made.outcomes[0]).toMatchObject({ status: 'cached', placed: true });
    expect(readFileSync(join(folder, 'out/a.onnx'), 'utf8')).toBe('a');
  });

  it('ends when it is stopped and leaves nothing half built', async () => {
    const abort = new AbortController();
    const run = worker({
      a: () => {
        abort.abort();
        abort.signal.throwIfAborted();
        throw new Error('it goes on');
      },
    });
    await expect(
      go([native('a'), after('b', 'a')], { run, signal: abort.signal }),
    ).rejects.toMatchObject({ name: 'AbortError' });
    expect(ran).toEqual(['a']);
    expect(readdirSync(join(folder, 'cache'))).toEqual([]);
  });
});

describe('a lock', () => {
  const jobs = [native('a'), after('b', 'a')];
  const path = () => lockPath(join(folder, 'graft.config.json'));

  async function lockAll(): Promise<void> {
    const { outcomes, inputs } = await go(jobs);
    await writeLock(path(), { outcomes, inputs, jobs, all: jobs, folder, before: null });
  }

  it('accepts the same results and stays unchanged', async () => {
    expect(path()).toBe(join(folder, 'graft.lock.json'));
    await lockAll();
    const text = readFileSync(path(), 'utf8');
    const lock = readLock(path(), true);
    expect(statuses(await go(jobs, { lock }))).toEqual(['cached', 'cached']);
    rmSync(join(folder, 'cache'), { recursive: true });
    expect(statuses(await go(jobs, { lock }))).toEqual(['built', 'built']);
    await lockAll();
    expect(readFileSync(path(), 'utf8')).toBe(text);
  });

  it('rejects other options, outputs and versions, and leaves the outputs alone', async () => {
    await lockAll();
    const lock = readLock(path(), true)!;
    const changed = [{ ...jobs[0]!, precision: 'float32' as const }, jobs[1]!];
    const options = await go(changed, { lock });
    expect(options.outcomes[0]!.failure?.message).toMatch(
      /option 'precision' is "float32", locked as not set/,
    );
    const run = worker({ a: (job) => madeFile(job.staging, 'a.onnx', 'other') });
    const outputs = await go(jobs, { lock, run, reuse: false });
    expect(outputs.outcomes[0]!.failure?.message).toMatch(/'out\/a\.onnx' is sha256:/);
    expect(readFileSync(join(folder, 'out/a.onnx'), 'utf8')).toBe('a');
    const older = await go(jobs, { lock: { ...lock, tool: '0.0.1' } });
    expect(older.outcomes[0]!.failure).toMatchObject({ exit: 1 });
    expect(older.outcomes[0]!.failure?.message).toMatch(/of version 0\.0\.1/);
    const fewer = await go(jobs, { lock: { ...lock, jobs: {} } });
    expect(fewer.outcomes[0]!.failure?.message).toMatch(/no such job/);
  });

  it('stops only a frozen run when it is missing or broken', () => {
    expect(readLock(path(), false)).toBe(null);
    expect(() => readLock(path(), true)).toThrow(/convert once without --frozen/);
    writeFileSync(path(), encodeLock(new Map()).replace('"format": 1', '"format": 9'));
    expect(readLock(path(), false)).toBe(null);
    expect(() => readLock(path(), true)).toThrow(
      expect.objectContaining({ code: 'CORRUPT_FILE' }) as Error,
    );
  });

  it('keeps jobs that did not run and drops jobs that are gone', async () => {
    await lockAll();
    const before = readLock(path(), true);
    const all = [native('a'), native('c')];
    const { outcomes, inputs } = await go([native('c')]);
    await writeLock(path(), { outcomes, inputs, jobs: [native('c')], all, folder, before });
    expect(Object.keys(readLock(path(), true)!.jobs)).toEqual(['a', 'c']);
  });
});
