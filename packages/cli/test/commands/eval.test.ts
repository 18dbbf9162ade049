import {
  copyFileSync,
  cpSync,
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
import { cropImage, degrade } from '@pip-graft/imaging';
import { readImage, writeImage } from '@pip-graft/restore';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { graft, json } from '../graft.ts';

const photo = fileURLToPath(new URL('../../../../assets/chelsea.jpg', import.meta.url));
let folder = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'graft-eval-'));
  json(folder, 'backbone', 'build', 'nafnet', '--dim', '8', '--blocks', '1,1', '-o', 'host.onnx');
  json(folder, 'apply', 'host.onnx', '--adapter', 'init:attach=replace', '-o', 'grafted.onnx');
  const picture = cropImage(await readImage(photo), 61, 43);
  for (const part of ['photos', 'pairs/derain/input', 'pairs/derain/target', 'empty']) {
    mkdirSync(join(folder, part), { recursive: true });
  }
  await writeImage(join(folder, 'photos/cat.png'), picture);
  await writeImage(join(folder, 'pairs/derain/target/cat.png'), picture);
  await writeImage(join(folder, 'pairs/derain/input/cat.png'), degrade(picture, 'rain', 1));
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Figures {
  readonly psnr: number;
}

interface Found {
  readonly tasks: readonly {
    readonly name: string;
    readonly degradation: unknown;
    readonly images: readonly { readonly name: string; readonly quality: object }[];
  }[];
  readonly average: { readonly [side in 'input' | 'host' | 'grafted' | 'gain']: Figures };
}

const degraded = ['eval', 'grafted.onnx', '--data', 'photos', '--degrade', 'noise:25'] as const;

describe('graft eval', () => {
  it('prints a table of tasks, their average, the gain and the weights used', () => {
    const ended = graft(folder, ...degraded, '--degrade', 'haze');
    expect(ended.status).toBe(0);
    const lines = ended.stdout.split('\n');
    const figures = /\s+\d+\.\d\d\s+-?\d\.\d{4}\s+\d+\.\d\d\s+-?\d\.\d{4}/;
    const row = (start: string, end = '$') => new RegExp(`^${start}${figures.source}${end}`);
    expect(lines[0]).toMatch(/^task +images +PSNR +SSIM +PSNR Y +SSIM Y +gain$/);
    expect(lines[1]).toMatch(row('noise:25 +1 +input'));
    expect(lines[2]).toMatch(row(' +host'));
    expect(lines[3]).toMatch(row(' +grafted', ' +[+-]\\d+\\.\\d\\d dB$'));
    expect(lines[4]).toMatch(row('haze:1.5 +1 +input'));
    expect(lines[7]).toMatch(row('average over tasks +input'));
    expect(ended.stdout).toMatch(/noise:25 +noise +by the task's name\nhaze:1\.5 +haze/);
    expect(ended.stdout).toContain("The adapter 'init' is UNTRAINED.");
    expect(lines.at(-2)).toBe('grafted.onnx: 2 images measured');
    // All columns are aligned on the left.
    const edge = lines[1]!.indexOf('input');
    expect([lines[2]!.indexOf('host'), lines[3]!.indexOf('grafted')]).toEqual([edge, edge]);
  });

  it('gives the same JSON twice, with every image, every figure and the settings', () => {
    const ended = graft(folder, ...degraded, '--threads', '1', '--seed', '5', '--json');
    expect(graft(folder, ...degraded, '--threads', '1', '--seed', '5', '--json').stdout).toBe(
      ended.stdout,
    );
    const found = JSON.parse(ended.stdout) as Found;
    const figures = {
      psnr: expect.any(Number),
      ssim: expect.any(Number),
      psnrY: expect.any(Number),
      ssimY: expect.any(Number),
    };
    const quality = { input: figures, host: figures, grafted: figures, gain: figures };
    const weights = { noise: 1, rain: 0, haze: 0, blur: 0, 'low-light': 0 };
    expect(found).toEqual({
      model: 'grafted.onnx',
      base: null,
      data: 'photos',
      settings: {
        device: 'cpu',
        optimisation: 'all',
        threads: 1,
        sizeMultiple: 1,
        strength: 1,
        seed: 5,
      },
      graft: { adapter: 'init', trained: false, ownHost: true },
      tasks: [
        {
          name: 'noise:25',
          degrade: { degradation: 'noise', amount: 25 },
          degradation: { weights, by: 'name' },
          found: null,
          images: [
            {
              name: 'cat',
              input: null,
              target: join('photos', 'cat.png'),
              width: 61,
              height: 43,
              quality,
            },
          ],
          mean: quality,
        },
      ],
      average: quality,
      problems: [],
      ignored: [],
      gate: null,
    });
    const other = json(folder, ...degraded, '--seed', '6') as unknown as Found;
    expect(other.average.input.psnr).not.toBe(found.average.input.psnr);
  });

  it('applies --degradation, --map and --strength, on the given host', () => {
    const of = (...args: string[]): Found =>
      json(folder, 'eval', 'grafted.onnx', '--data', 'pairs', ...args) as unknown as Found;
    const [named, given, mapped] = [
      of(),
      of('--degradation', 'rain'),
      of('--map', 'derain=haze', '--base', 'host.onnx'),
    ];
    expect(given.average).toEqual(named.average);
    expect(mapped.average.host).toEqual(named.average.host);
    expect(mapped.average.grafted).not.toEqual(named.average.grafted);
    expect(of('--strength', '0').average.gain.psnr).toBe(0);
  });

  it('--min-psnr sets a gate on the grafted output', () => {
    const { average } = json(folder, ...degraded) as unknown as Found;
    const at = (limit: number) => graft(folder, ...degraded, '--min-psnr', String(limit));
    const { psnr } = average.grafted;
    const passed = at(psnr);
    expect([passed.status, passed.stdout]).toEqual([0, expect.stringMatching(/: passed\n$/)]);
    const failed = at(psnr + 0.001);
    expect(failed.status).toBe(1);
    expect(failed.stdout).toContain(`PSNR ${psnr.toFixed(3)} dB, at least`);
    expect(failed.stdout).toMatch(/: failed\n$/);
    const gated = graft(folder, ...degraded, '--min-psnr', '99', '--json');
    expect(gated.status).toBe(1);
    expect(JSON.parse(gated.stdout)).toMatchObject({ gate: { minPsnr: 99, psnr, passed: false } });
  });

  it('measures an ungrafted model by itself; identical images have infinite PSNR in JSON', () => {
    const args = ['eval', 'host.onnx', '--data', 'photos', '--degrade', 'noise:0', '--per-image'];
    const ended = graft(folder, ...args);
    expect(ended.status).toBe(0);
    expect(ended.stdout).not.toContain('grafted');
    expect(ended.stdout).toMatch(/^image +input dB +host dB +input SSIM +host SSIM\n/);
    expect(ended.stdout).toMatch(/\nnoise:0 cat +∞ +\d/);
    const { average } = json(folder, ...args);
    expect(average).toMatchObject({
      input: { psnr: 'Infinity', ssim: 1 },
      grafted: null,
      gain: null,
    });
  });

  it('lists images it could not measure, measures the rest and exits with 1', () => {
    const { tasks } = json(folder, 'eval', 'host.onnx', '--data', 'pairs') as unknown as Found;
    expect(tasks[0]!.images).toHaveLength(1);
    const bad = join(folder, 'bad/derain');
    for (const half of ['input', 'target']) {
      mkdirSync(join(bad, half), { recursive: true });
      copyFileSync(join(folder, 'pairs/derain', half, 'cat.png'), join(bad, half, 'cat.png'));
    }
    writeFileSync(join(bad, 'input/zero.png'), '');
    writeFileSync(join(bad, 'target/zero.png'), '');
    writeFileSync(join(bad, 'input/alone.jpg'), '');
    writeFileSync(join(bad, 'input/old.bmp'), '');
    const ended = graft(folder, 'eval', 'grafted.onnx', '--data', 'bad');
    expect(ended.status).toBe(1);
    expect(ended.stdout).toContain('✗ derain alone.jpg: bad/derain/target has no image');
    expect(ended.stdout).toContain('✗ derain zero: bad/derain/target/zero.png: not a readable');
    expect(ended.stdout).toContain(
      'skipped, not PNG, JPEG, WebP, TIFF or AVIF: bad/derain/input/old',
    );
    expect(ended.stdout).toMatch(/\ngrafted\.onnx: 1 image measured; 2 not\n$/);
    expect(ended.stderr).toBe('');
  });

  it.each([
    ['no folder', 7, 'nowhere', ['--data', 'nowhere']],
    ['an empty folder', 7, 'nothing to evaluate', ['--data', 'empty']],
    ['clean pictures alone', 7, '--degrade noise:25', ['--data', 'photos']],
    ['no --data', 2, '--data', []],
    ['an unknown degradation', 2, "'snow'", ['--data', 'photos', '--degrade', 'snow']],
    ['a wrong amount', 2, 'noise:NUMBER', ['--data', 'photos', '--degrade', 'noise:x']],
    ['an unknown label', 2, "'snow'", ['--data', 'pairs', '--degradation', 'snow']],
    ['a map for no task', 2, 'use one of derain', ['--data', 'pairs', '--map', 'x=rain']],
    ['no limit', 2, '--limit', ['--data', 'pairs', '--limit', '0']],
    ['no number', 2, '--min-psnr', ['--data', 'pairs', '--min-psnr', 'high']],
    ['a missing host', 7, 'none.onnx', ['--data', 'pairs', '--base', 'none.onnx']],
    ['a missing device', 6, 'cuda', ['--data', 'pairs', '--device', 'cuda']],
  ])('%s: exit %i, one line that says %s', (_name, status, text, args) => {
    const before = readdirSync(folder);
    const ended = graft(folder, 'eval', 'grafted.onnx', ...args);
    expect({ status: ended.status, stderr: ended.stderr }).toMatchObject({ status });
    expect(ended.stderr).toContain(text);
    expect(ended.stderr).not.toMatch(/\n\s+at /);
    expect(readdirSync(folder)).toEqual(before);
  });

  it('refuses --degradation for a host', () => {
    const ended = graft(folder, 'eval', 'host.onnx', '--data', 'pairs', '--degradation', 'rain');
    expect([ended.status, ended.stderr]).toEqual([
      2,
      'graft eval: host.onnx: cannot be steered: it has no graft; use a grafted model.\n',
    ]);
  });
});

describe('docs/guides/eval.md', () => {
  const guide = readFileSync(
    fileURLToPath(new URL('../../../../docs/guides/eval.md', import.meta.url)),
    'utf8',
  );

  it('its commands run as written and print the table shown', () => {
    const home = mkdtempSync(join(tmpdir(), 'graft-guide-'));
    try {
      mkdirSync(join(home, 'photos'));
      copyFileSync(photo, join(home, 'photos/chelsea.jpg'));
      cpSync(join(folder, 'pairs/derain'), join(home, 'test/derain/rain100l'), { recursive: true });
      const lines = [...guide.matchAll(/^npx graft (.*)$/gm)].map((match) => match[1]!.split(' '));
      expect(lines).toHaveLength(8);
      const printed = lines.map((args) => {
        const ended = graft(home, ...args);
        expect({ args, ...ended }).toMatchObject({ status: 0 });
        return ended.stdout;
      });
      const shown = /```\n(task [\s\S]*?)```/.exec(guide)![1]!;
      // Another CPU may round the last digit differently, so figures are compared with a tolerance.
      const figures = (text: string) => [...text.matchAll(/-?\d+\.\d+/g)].map(Number);
      const words = (text: string) => text.replaceAll(/[+-]?\d+\.\d+/g, '#');
      expect(words(printed[2]!)).toBe(words(shown));
      for (const [at, value] of figures(printed[2]!).entries()) {
        expect(Math.abs(value - figures(shown)[at]!)).toBeLessThan(0.02);
      }
    } finally {
      rmSync(home, { recursive: true });
    }
  });
});
