import { spawnSync } from 'node:child_process';
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
import { fileURLToPath, pathToFileURL } from 'node:url';
import { cropImage } from '@pip-graft/imaging';
import { readImage, writeImage } from '@pip-graft/restore';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bin, graft, json } from '../graft.ts';

const shards = 8;
const all = Array.from({ length: shards }, (_, at) => at + 1);
let folder = '';
const at = (...parts: string[]) => join(folder, ...parts);
const text = (...parts: string[]) => readFileSync(at(...parts), 'utf8');

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'graft-shard-'));
  json(folder, 'backbone', 'build', 'nafnet', '--dim', '8', '--blocks', '1,1', '-o', 'net.onnx');
  json(folder, ...'apply net.onnx --adapter init:labels=rain+haze -o grafted.onnx'.split(' '));
  const bundled = fileURLToPath(new URL('../../../../assets/chelsea.jpg', import.meta.url));
  const photo = await readImage(bundled);
  mkdirSync(at('photos/deep'), { recursive: true });
  mkdirSync(at('few-photos'));
  for (const name of ['a', 'a-1', 'b', 'c'])
    await writeImage(at('few-photos', `${name}.png`), cropImage(photo, 48, 40));
  for (let index = 0; index < 3 * shards; index++) {
    const name = `${index % 2 ? 'deep/' : ''}${index}.png`;
    await writeImage(at('photos', name), cropImage(photo, 40 + index, 32));
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs a command with its output redirected to a file, as a shell's `>` does. */
function into(file: string, ...args: string[]) {
  const ended = graft(folder, ...args, '--json');
  writeFileSync(at(file), ended.stdout);
  return ended;
}

/** Results in a folder by name, without journals and the leftovers of killed runs. */
function results(name: string): Record<string, string> {
  const files = readdirSync(at(name), { recursive: true, encoding: 'utf8' });
  const images = files.filter((file) => /^(deep.)?\d+\.png$/.test(file)).sort();
  return Object.fromEntries(images.map((file) => [file, readFileSync(at(name, file), 'base64')]));
}

const restore = (to: string, ...more: string[]) =>
  `restore grafted.onnx photos -o ${to} --tile 512 --degradation rain`.split(' ').concat(more);

/** Runs inside the command: kills it once the first image is in a journal, before the second. */
const deathWish = `
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
const { appendFile } = fs;
let noted = 0;
fs.appendFile = async (path, ...rest) => {
  if (!/\\.graft-restore.*jsonl$/.test(path)) return appendFile(path, ...rest);
  if (noted++ > 0) return new Promise(() => {});
  await appendFile(path, ...rest);
  process.kill(process.pid, 'SIGKILL');
};
syncBuiltinESMExports();
`;

/** Kills a shard after its first image; gives the signal that ended it. */
function killed(shard: string): NodeJS.Signals | null {
  writeFileSync(at('death-wish.mjs'), deathWish);
  const preload = pathToFileURL(at('death-wish.mjs')).href;
  const args = ['--import', preload, bin, ...restore('out', '--shard', shard)];
  return spawnSync(process.execPath, args, { cwd: folder, stdio: 'ignore' }).signal;
}

describe('restore --shard', () => {
  it('eight shards, three of them killed and rerun, give the same results as one run', () => {
    expect(into('one.json', ...restore('one')).status).toBe(0);
    for (const index of [2, 5, 7]) {
      expect(killed(`${index}/8`)).toBe('SIGKILL');
      expect(text('out', `.graft-restore-${index}-of-8.jsonl`).match(/\n/g)).toHaveLength(1);
    }
    let skipped = 0;
    for (const index of all) {
      const ended = into(`out-${index}.json`, ...restore('out', '--shard', `${index}/8`));
      expect(ended).toMatchObject({ status: 0 });
      const { images } = JSON.parse(ended.stdout) as { images: { skipped: boolean }[] };
      expect(images).toHaveLength(3);
      skipped += images.filter((image) => image.skipped).length;
    }
    // Each killed shard had recorded one.
    expect(skipped).toBe(3);
    expect(results('out')).toEqual(results('one'));

    // A single run or another number of shards treats all of it as done.
    const again = JSON.parse(into('again.json', ...restore('out', '--shard', '1/3')).stdout);
    expect(again.images.every((image: { skipped: boolean }) => image.skipped)).toBe(true);

    const journals = all.map((index) => `out/.graft-restore-${index}-of-8.jsonl`);
    json(folder, 'merge-reports', ...journals, '-o', 'out.jsonl');
    json(folder, 'merge-reports', 'one/.graft-restore.jsonl', '-o', 'one.jsonl');
    expect(text('out.jsonl')).toBe(text('one.jsonl'));

    // The merged report of shards into a fresh folder equals that of one run.
    for (const index of all) into(`new-${index}.json`, ...restore('new', '--shard', `${index}/8`));
    const reports = all.map((index) => `new-${index}.json`);
    json(folder, 'merge-reports', ...reports, '-o', 'new.json');
    expect(text('new.json')).toBe(text('one.json').replaceAll('"one/', '"new/'));
  });

  it('accepts more shards than images and rejects a shard number out of range', () => {
    const ended = graft(folder, ...restore('few', '--shard', '40/100', '--json'));
    expect(ended.status).toBe(0);
    expect(JSON.parse(ended.stdout).images.length).toBeLessThanOrEqual(1);
    expect(graft(folder, ...restore('few', '--shard', '9/8'))).toMatchObject({
      status: 2,
      stdout: '',
      stderr: expect.stringContaining('there is no shard 9 of 8; shards count from 1 to 8.'),
    });
  });
});

const evaluate = (...more: string[]) =>
  'eval grafted.onnx --data few-photos --degrade noise:25 --degrade rain'.split(' ').concat(more);

describe('eval --shard', () => {
  it('merges to exactly what one run prints', () => {
    writeFileSync(at('few-photos/broken.png'), 'not an image');
    const one = into('eval.json', ...evaluate());
    expect(one.status).toBe(1);
    const files = [1, 2, 3].map((index) => `eval-${index}.json`);
    for (const [index, file] of files.entries())
      into(file, ...evaluate('--shard', `${index + 1}/3`));
    expect(graft(folder, 'merge-reports', ...files, '--json').stdout).toBe(one.stdout);
    expect(graft(folder, 'merge-reports', ...files).stdout).toBe(
      graft(folder, ...evaluate()).stdout,
    );
    expect(graft(folder, 'merge-reports', ...files, '--min-psnr', '90')).toMatchObject({
      status: 1,
      stdout: expect.stringContaining('at least 90 dB wanted: failed'),
    });
    expect(graft(folder, ...evaluate('--shard', '1/3', '--min-psnr', '9'))).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('pass it to graft merge-reports'),
    });
  });
});

describe('convert --shard', () => {
  it('keeps a job with its source; results and locks merge to those of one run', () => {
    const jobs = ['a', 'b', 'c'].flatMap((name, seed) => [
      {
        name: `${name}-host`,
        source: { backbone: 'nafnet', dim: 8, blocks: [1, 1], seed },
        output: `models/${name}-host.onnx`,
      },
      {
        name,
        source: { job: `${name}-host` },
        adapters: ['init:labels=rain+haze'],
        output: `models/${name}.onnx`,
      },
    ]);
    for (const place of ['whole', 'parts']) {
      mkdirSync(at(place));
      writeFileSync(at(place, 'graft.config.json'), JSON.stringify({ jobs }));
    }
    const convert = (place: string, ...more: string[]) =>
      ['convert', '-c', `${place}/graft.config.json`].concat(more);
    expect(into('whole.json', ...convert('whole'))).toMatchObject({ status: 0 });
    for (const index of [1, 2, 3])
      into(`part-${index}.json`, ...convert('parts', '--shard', `${index}/3`));
    const files = [1, 2, 3].map((index) => `part-${index}.json`);
    for (const file of files) expect(JSON.parse(text(file)).jobs).toHaveLength(2);
    json(folder, 'merge-reports', ...files, '-o', 'parts.json');
    expect(text('parts.json')).toBe(text('whole.json'));
    const reports = ['--html', 'merged.html', '--junit', 'merged.xml'];
    expect(graft(folder, 'merge-reports', ...files, ...reports).status).toBe(0);
    const names = [...text('merged.xml').matchAll(/<testsuite name="([^"]+)"/g)];
    expect(names.map(([, name]) => name)).toEqual(jobs.map(({ name }) => name));
    expect(text('merged.xml')).not.toContain('name="conversion" classname="a" time="0.000"');
    expect(text('merged.html')).toContain('6 jobs, 6 built');
    expect(existsSync(at('parts/graft.lock.json'))).toBe(false);
    const locks = [1, 2, 3].map((index) => `parts/graft.lock-${index}-of-3.json`);
    json(folder, 'merge-reports', ...locks, '-o', 'parts/graft.lock.json');
    expect(text('parts/graft.lock.json')).toBe(text('whole/graft.lock.json'));
    expect(into('frozen.json', ...convert('parts', '--frozen', '--shard', '2/3')).status).toBe(0);
  });
});

describe('merge-reports', () => {
  it('says in one line what is wrong with its files', () => {
    const said = (...args: string[]) => {
      const { status, stderr } = graft(folder, 'merge-reports', ...args);
      return { status, line: stderr.trimEnd() };
    };
    writeFileSync(at('.graft-restore-1-of-8.jsonl'), '');
    writeFileSync(at('part.json'), '{"jobs":[]}');
    writeFileSync(at('corpus.jsonl'), '{"text":"hello"}\n');
    into('e.json', ...evaluate());
    for (const index of [1, 2, 3]) into(`e-${index}.json`, ...evaluate('--shard', `${index}/3`));
    const whole = JSON.parse(text('e-1.json'));
    writeFileSync(at('half.json'), text('e-1.json').slice(0, 300));
    writeFileSync(at('failed.json'), '{"error":{"code":"NOT_FOUND","message":"x: no such file."}}');
    writeFileSync(
      at('other.json'),
      JSON.stringify({ ...whole, settings: { ...whole.settings, seed: 1 } }),
    );
    const cases: [string[], number, string][] = [
      [['e-1.json', 'e-3.json'], 2, 'results: shard 2 of 3 is missing; run it'],
      [['e-1.json'], 2, 'results: shards 2, 3 of 3 are missing; run them'],
      [['.graft-restore-1-of-8.jsonl', '--min-psnr', '30'], 2, 'only eval measures images'],
      [['e-1.json', 'e-1.json'], 2, 'shard 1 of 3, as e-1.json'],
      [['e-2.json', 'e-3.json', 'other.json'], 2, 'its settings is'],
      [['e-1.json', 'part.json'], 2, 'a result of graft convert, but e-1.json is'],
      [['half.json'], 5, 'half.json: not JSON, or only the start of it; run its shard again.'],
      [['failed.json'], 2, 'failed.json: its shard failed (x: no such file.); run it again.'],
      [['e.json'], 5, 'no shard; run with --shard'],
      [
        [...[1, 2, 3].map((index) => `e-${index}.json`), '--junit', 'e.xml'],
        2,
        'only convert has such reports',
      ],
      [['nothing.json'], 7, 'nothing.json'],
      [['corpus.jsonl', '-o', 'c.jsonl'], 5, 'corpus.jsonl: not a journal of graft restore;'],
      [['.graft-restore-1-of-8.jsonl'], 2, '--output: missing'],
    ];
    const all = [1, 2, 3].map((index) => `e-${index}.json`);
    writeFileSync(at('graft.config.json'), '{"jobs":[],"tasks":[]}');
    writeFileSync(at('mine.txt'), 'a thesis');
    for (const [output, error, problem] of [
      ['graft.config.json', 7, 'a file that is not a result of graft eval is there; choose'],
      ['mine.txt', 7, 'a file that is not a result of graft eval is there; choose'],
      ['e-2.json', 2, 'the result would replace the input'],
    ] as const) {
      const before = text(output);
      cases.push([[...all, '-o', output], error, problem]);
      expect(text(output)).toBe(before);
    }
    for (const [args, status, line] of cases) {
      const ended = said(...args);
      expect(ended).toMatchObject({ status });
      expect(ended.line).toContain(line);
      expect(ended.line.split('\n')).toHaveLength(1);
    }
    const entry = { name: 'a.png', input: 'i', settings: 's', bytes: 3, output: 'o' };
    writeFileSync(at('cut.jsonl'), `${JSON.stringify(entry)}\n{"name":"b.pn`);
    expect(said('cut.jsonl', '-o', 'whole.jsonl')).toEqual({
      status: 0,
      line: 'cut.jsonl: ignored 1 unreadable journal line\nwhole.jsonl: 1 file merged',
    });
    // Its own result is replaced, and anything else with --force.
    for (const args of [
      ['-o', 'all.json'],
      ['-o', 'all.json'],
      ['-o', 'mine.txt', '--force'],
    ])
      expect(graft(folder, 'merge-reports', ...all, ...args).stderr).toMatch(/: 3 files merged\n/);
    expect(text('mine.txt')).toBe(text('all.json'));
  });
});
