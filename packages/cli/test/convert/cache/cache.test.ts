import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { temporaryPath } from '@pip-graft/onnx-graft/node';
import { canonicalJson } from '@pip-graft/pip-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Cache } from '../../../src/convert/cache/cache.ts';
import { cacheKey } from '../../../src/convert/cache/cache-key.ts';
import { placeFiles } from '../../../src/convert/run/convert-job.ts';
import { sha256 } from '../../../src/pipeline/sha256.ts';
import { madeFile } from '../made.ts';

let folder = '';
let cache: Cache;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'graft-cache-'));
  cache = new Cache(join(folder, 'cache'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function kept(text = 'model'): Promise<string> {
  const staging = await cache.staging();
  return cache.keep('key', staging, madeFile(staging, 'm.onnx', text));
}

describe('a cache', () => {
  it('returns an entry that was kept', async () => {
    expect(cache.find('key')).toEqual({ kind: 'miss' });
    const at = await kept();
    expect(cache.find('key')).toMatchObject({ kind: 'hit', folder: at });
    expect(readFileSync(join(at, 'm.onnx'), 'utf8')).toBe('model');
  });

  const harms: [string, (at: string) => void, RegExp][] = [
    [
      'a model that was changed',
      (at) => writeFileSync(join(at, 'm.onnx'), 'Model'),
      /not what was kept/,
    ],
    ['a model that is gone', (at) => rmSync(join(at, 'm.onnx')), /not what was kept/],
    ['an entry that is gone', (at) => rmSync(join(at, 'entry.json')), /could not be read/],
    ['an entry that is cut', (at) => writeFileSync(join(at, 'entry.json'), '{'), /not JSON/],
    ['another shape', (at) => writeFileSync(join(at, 'entry.json'), '{}'), /not an entry/],
    [
      'a verdict that was changed',
      (at) => {
        const path = join(at, 'entry.json');
        writeFileSync(
          path,
          readFileSync(path, 'utf8').replace('"seeded": true', '"seeded": false'),
        );
      },
      /was changed/,
    ],
    [
      'a name that leads out, with a digest that agrees',
      (at) => {
        const { made } = JSON.parse(readFileSync(join(at, 'entry.json'), 'utf8'));
        made.files[0].name = '../../secret';
        writeFileSync(
          join(at, 'entry.json'),
          JSON.stringify({ made, digest: sha256(canonicalJson(made)) }),
        );
      },
      /not an entry/,
    ],
  ];
  it.each(harms)('does not trust %s', async (_, harm, says) => {
    harm(await kept());
    const found = cache.find('key');
    expect(found.kind).toBe('corrupt');
    expect(found.kind === 'corrupt' ? found.problem : '').toMatch(says);
    // A rebuilt entry replaces it.
    await kept();
    expect(cache.find('key').kind).toBe('hit');
    expect(readdirSync(join(folder, 'cache'))).toEqual(['key']);
  });

  it('allows several runs of the same job at the same time', async () => {
    await Promise.all([kept(), kept(), kept()]);
    expect(cache.find('key').kind).toBe('hit');
  });
});

describe('cacheKey', () => {
  const job = { name: 'a', source: { onnx: 'h.onnx' }, output: 'x/a.onnx' };

  it('ignores the name of a job and the order of its keys', () => {
    const other = { output: 'y/a.onnx', source: { onnx: 'h.onnx' }, name: 'b' };
    expect(cacheKey(other, { h: '1' })).toBe(cacheKey(job, { h: '1' }));
  });

  it('depends on options, inputs and the output file name', () => {
    const keys = [
      cacheKey(job, { h: '1' }),
      cacheKey(job, { h: '2' }),
      cacheKey({ ...job, precision: 'float16' }, { h: '1' }),
      cacheKey({ ...job, output: 'x/b.onnx' }, { h: '1' }),
    ];
    expect(new Set(keys).size).toBe(4);
  });
});

it('the staging folder of a killed run is removed by the next run', async () => {
  const at = join(folder, 'cache');
  mkdirSync(join(at, '.staging.4194305-0-00000000-000000000000.tmp/sub'), { recursive: true });
  const gone = temporaryPath(join(at, 'staging')).replace(/\.\d+-/, '.4194305-');
  mkdirSync(gone);
  const live = temporaryPath(join(at, 'staging'));
  mkdirSync(live);
  const staging = await cache.staging();
  expect(existsSync(gone)).toBe(false);
  expect(existsSync(live)).toBe(true);
  expect(existsSync(staging)).toBe(true);
  // The third is from another machine and less than a day old.
  expect(readdirSync(at)).toHaveLength(3);
});

describe('placeFiles', () => {
  it('writes only files that are missing or changed', async () => {
    const at = await kept();
    const found = cache.find('key');
    if (found.kind !== 'hit') throw new Error('not kept');
    const output = join(folder, 'out/m.onnx');
    expect(await placeFiles(at, found.made.files, output)).toBe(true);
    expect(await placeFiles(at, found.made.files, output)).toBe(false);
    writeFileSync(output, 'changed');
    expect(cache.find('key').kind).toBe('hit');
    expect(await placeFiles(at, found.made.files, output)).toBe(true);
    expect(readFileSync(output, 'utf8')).toBe('model');
  });

  it('writes through a link and keeps the link', async () => {
    const at = await kept();
    const found = cache.find('key');
    if (found.kind !== 'hit') throw new Error('not kept');
    writeFileSync(join(folder, 'elsewhere'), 'old');
    symlinkSync(join(folder, 'elsewhere'), join(folder, 'm.onnx'));
    await placeFiles(at, found.made.files, join(folder, 'm.onnx'));
    expect(readFileSync(join(folder, 'elsewhere'), 'utf8')).toBe('model');
    expect(lstatSync(join(folder, 'm.onnx')).isSymbolicLink()).toBe(true);
  });

  it('reports a place that it could not write to', async () => {
    const at = await kept();
    const found = cache.find('key');
    if (found.kind !== 'hit') throw new Error('not kept');
    writeFileSync(join(folder, 'file'), '');
    await expect(
      placeFiles(at, found.made.files, join(folder, 'file/m.onnx')),
    ).rejects.toMatchObject({ code: 'WRITE_FAILED' });
  });
});
