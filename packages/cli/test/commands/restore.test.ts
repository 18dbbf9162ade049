import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { cropImage, imageOf, psnr } from '@pip-graft/imaging';
import { readImage, writeImage } from '@pip-graft/restore';
import { bytesOf, wrappedUnet } from '@pip-graft/test-utils';
import onnxProto from 'onnx-proto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bin, graft, json } from '../graft.ts';

const { onnx } = onnxProto;
const bundled = fileURLToPath(new URL('../../../../assets/chelsea.jpg', import.meta.url));
let folder = '';
const at = (...parts: string[]) => join(folder, ...parts);
const files = (path: string) =>
  readdirSync(at(path), { recursive: true, encoding: 'utf8', withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(at(path).length + 1))
    .sort();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'graft-restore-'));
  json(folder, 'backbone', 'build', 'nafnet', '--dim', '8', '--blocks', '1,1', '-o', 'net.onnx');
  json(
    folder,
    'apply',
    'net.onnx',
    '--adapter',
    'init:labels=rain+haze,attach=replace',
    '-o',
    'grafted.onnx',
  );
  const photo = await readImage(bundled);
  mkdirSync(at('photos/deep/日本 語'), { recursive: true });
  await writeImage(at('photos/a.png'), cropImage(photo, 75, 61));
  await writeImage(at('photos/deep/b.jpg'), cropImage(photo, 40, 33));
  await writeImage(at('photos/deep/日本 語/ü.webp'), cropImage(photo, 33, 40));
  await writeImage(at('photos/deep/c.tiff'), { ...cropImage(photo, 20, 20), bitDepth: 16 });
  writeFileSync(at('photos/bad.jpg'), 'not a picture');
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Image {
  image: string;
  output: string | null;
  error: string | null;
  skipped: boolean;
  tiles: { count: number; width: number; height: number } | null;
}

/** A run of `graft restore --json`, with its results by image. */
function restore(...args: string[]) {
  const ended = graft(folder, 'restore', ...args, '--json');
  const { images } = JSON.parse(ended.stdout) as { images: Image[] };
  return {
    status: ended.status,
    images,
    of: (name: string) => images.find(({ image }) => image === name),
  };
}

describe('a folder', () => {
  it('keeps the directory tree; lists a bad image at the end and continues with the rest', () => {
    const ended = graft(folder, 'restore', 'net.onnx', 'photos', '-o', 'out');
    expect(ended.status).toBe(1);
    expect(ended.stdout.trimEnd().split('\n')).toEqual([
      'photos/a.png → out/a.png',
      'photos/deep/b.jpg → out/deep/b.jpg',
      'photos/deep/c.tiff → out/deep/c.tiff',
      'photos/deep/日本 語/ü.webp → out/deep/日本 語/ü.webp',
      '1 of 5 images failed:',
      expect.stringMatching(/^ {2}photos\/bad\.jpg: not a readable image/),
    ]);
    expect(files('out')).toEqual([
      '.graft-restore.jsonl',
      'a.png',
      'deep/b.jpg',
      'deep/c.tiff',
      'deep/日本 語/ü.webp',
    ]);
  });

  it('is not restored twice: finished images are skipped and failed ones retried', () => {
    const before = statSync(at('out/a.png')).mtimeMs;
    const again = graft(folder, 'restore', 'net.onnx', 'photos', '-o', 'out');
    expect(again.status).toBe(1);
    expect(again.stdout).toMatch(/^skipped 4 already done\n1 of 5 images failed:\n/);
    expect(statSync(at('out/a.png')).mtimeMs).toBe(before);
  });

  it('restores again after a change of setting, model, image or result', async () => {
    const skipped = (...args: string[]) =>
      restore(...args)
        .images.filter((image) => image.skipped)
        .map(({ image }) => image);
    const args = ['grafted.onnx', 'photos/a.png', 'photos/deep/b.jpg', '-o', 'redo'];
    const both = ['photos/a.png', 'photos/deep/b.jpg'];
    expect(skipped(...args)).toEqual([]);
    expect(skipped(...args)).toEqual(both);
    expect(skipped(...args, '--degradation', 'rain')).toEqual([]);
    expect(skipped(...args, '--degradation', 'rain=1,haze=0')).toEqual(both);
    expect(skipped(...args, '--degradation', 'rain', '--strength', '0.5')).toEqual([]);
    expect(skipped(...args, '--tile', '32')).toEqual([]);
    expect(skipped(...args, '--tile', '32', '--overlap', '4')).toEqual([]);
    expect(skipped('net.onnx', ...args.slice(1))).toEqual([]);
    expect(skipped('net.onnx', ...args.slice(1))).toEqual(both);
    rmSync(at('redo/a.png'));
    expect(skipped('net.onnx', ...args.slice(1))).toEqual([both[1]]);
    copyFileSync(at('photos/a.png'), at('changing.png'));
    const changing = ['net.onnx', 'changing.png', 'photos/a.png', '-o', 'redo'];
    expect(skipped(...changing)).toEqual(['photos/a.png']);
    await writeImage(at('changing.png'), imageOf(4, 4, new Float32Array(48)));
    expect(skipped(...changing)).toEqual(['photos/a.png']);
    expect(skipped(...changing)).toEqual(['changing.png', 'photos/a.png']);
  });

  it('a weight of zero gives the same bytes as the host, another weight does not', async () => {
    const [host, none, half] = [
      ['net.onnx', '-o', 'host'],
      ['grafted.onnx', '-o', 'none', '--degradation', 'rain=0'],
      ['grafted.onnx', '-o', 'half', '--degradation', 'rain=0.5'],
    ].map(([model = '', ...options]) => {
      expect(restore(model, 'photos/a.png', ...options).status).toBe(0);
      return at(options[1]!, 'a.png');
    }) as [string, string, string];
    expect(readFileSync(none).equals(readFileSync(host))).toBe(true);
    expect(readFileSync(half).equals(readFileSync(host))).toBe(false);
  });

  it('a corrupt journal only costs doing the work again', () => {
    writeFileSync(at('out/.graft-restore.jsonl'), Buffer.from([0, 255, 10, 123, 10]));
    const ended = graft(folder, 'restore', 'net.onnx', 'photos/a.png', '-o', 'out');
    expect(ended).toMatchObject({ status: 0, stdout: 'photos/a.png → out/a.png\n' });
    expect(ended.stderr).toContain('2 lines of its journal cannot be read');
    expect(restore('net.onnx', 'photos/a.png', '-o', 'out').of('photos/a.png')?.skipped).toBe(true);
  });
});

describe('bad requests', () => {
  const cases: readonly (readonly [string, number, string, readonly string[]])[] = [
    ['a pattern without a match', 7, 'nothing matches this pattern', ['photos/*.tif']],
    ['an empty folder', 7, 'no image in this folder', ['empty']],
    ['a device that is not there', 6, 'cuda', ['photos/a.png', '--device', 'cuda']],
    [
      'two results of one name',
      2,
      'would both be written to new/a.png',
      ['photos/a.png', 'copy/a.png'],
    ],
    [
      'an overlap that fills the tile',
      2,
      'fills a tile of 64',
      ['photos', '--tile', '64', '--overlap', '64'],
    ],
    ['a tile that is no number', 2, 'expected auto, or', ['photos', '--tile', 'all']],
    ['a device that nobody has', 2, 'cpu, cuda, webgpu', ['photos', '--device', 'tpu']],
  ];
  beforeAll(() => {
    mkdirSync(at('empty'));
    mkdirSync(at('copy'));
    copyFileSync(at('photos/deep/c.tiff'), at('copy/a.png'));
  });

  it.each(cases)('%s: exit %i and one line', (_, status, text, args) => {
    const ended = graft(folder, 'restore', 'net.onnx', ...args, '-o', 'new');
    expect({ status: ended.status, stderr: ended.stderr }).toMatchObject({ status });
    expect(ended.stderr).toContain(text);
    expect(existsSync(at('new'))).toBe(false);
  });

  it('refuses to write a result over its source', () => {
    const before = readFileSync(at('photos/a.png'));
    const ended = graft(folder, 'restore', 'net.onnx', 'photos/a.png', '-o', './photos');
    expect(ended.status).toBe(2);
    expect(ended.stderr).toContain('the result would replace it');
    expect(readFileSync(at('photos/a.png')).equals(before)).toBe(true);
  });

  it('reports every missing image and restores the good one', () => {
    const { status, images } = restore(
      'net.onnx',
      'x.png',
      'photos/a.png',
      'y/*.png',
      '-o',
      'some',
    );
    expect(status).toBe(1);
    expect(images.map(({ image, output }) => [image, output])).toEqual([
      ['photos/a.png', 'some/a.png'],
      ['x.png', null],
      ['y/*.png', null],
    ]);
  });
});

describe('tiles', () => {
  it('are reported, evened out and close to the untiled result', async () => {
    const { of } = restore(
      'grafted.onnx',
      'photos/a.png',
      '-o',
      'tiled',
      '--tile',
      '48',
      '--overlap',
      '16',
    );
    expect(of('photos/a.png')?.tiles).toEqual({ count: 4, width: 48, height: 40 });
    expect(
      restore('grafted.onnx', 'photos/a.png', '-o', 'whole').of('photos/a.png')?.tiles?.count,
    ).toBe(1);
    const [tiled, whole] = await Promise.all(
      ['tiled', 'whole'].map((out) => readImage(at(out, 'a.png'))),
    );
    const gap = psnr(tiled!, whole!);
    // Untrained weights pool wildly; a seam or a shift would give far less.
    expect(gap).toBeGreaterThan(15);
    expect(gap).toBeLessThan(100);
  });

  it('use the size built into the model, for larger and smaller images', async () => {
    const model = onnx.ModelProto.decode(readFileSync(at('net.onnx')));
    for (const value of [...(model.graph?.input ?? []), ...(model.graph?.output ?? [])]) {
      const shape = value.type?.tensorType?.shape;
      if (shape) shape.dim = [1, 3, 32, 32].map((dimValue) => ({ dimValue }));
    }
    writeFileSync(at('fixed.onnx'), onnx.ModelProto.encode(model).finish());
    const { of, status } = restore(
      'fixed.onnx',
      'photos/a.png',
      'photos/deep/c.tiff',
      '-o',
      'fixed',
    );
    expect(status).toBe(0);
    expect(of('photos/a.png')?.tiles).toMatchObject({ width: 32, height: 32 });
    expect(of('photos/deep/c.tiff')?.tiles).toEqual({ count: 1, width: 32, height: 32 });
    expect((await readImage(at('fixed/c.tiff'))).bitDepth).toBe(16);
  });
});

describe('stopping', () => {
  /** Temporary files left behind by a write. */
  const leftovers = (path: string) => files(path).filter((name) => name.endsWith('.tmp'));
  const names = Array.from({ length: 8 }, (_, index) => `${index + 10}.png`);

  beforeAll(async () => {
    mkdirSync(at('many'));
    const photo = cropImage(await readImage(bundled), 300, 250);
    for (const [index, name] of names.entries()) {
      await writeImage(at('many', name), cropImage(photo, 300 - index, 250));
    }
  });

  it.each(['SIGINT', 'SIGTERM'] as const)(
    '%s halfway: exit 130, only complete results, and the same command resumes',
    async (signal) => {
      const out = `stopped-${signal}`;
      const args = ['restore', 'net.onnx', 'many', '-o', out, '--tile', '40'];
      const child = spawn(process.execPath, [bin, ...args], { cwd: folder });
      const stderr = textOf(child);
      const code = new Promise((resolve) => child.once('exit', resolve));
      while (!(existsSync(at(out)) && files(out).includes('11.png'))) {
        if (child.exitCode !== null) throw new Error(`it ended by itself: ${stderr()}`);
        await after(5);
      }
      child.kill(signal);
      expect(await code).toBe(130);
      expect(stderr()).toContain('run the same command again to continue');
      expect(stderr()).toContain('stopped; nothing half-written was left');
      const done = files(out).filter((name) => name.endsWith('.png'));
      expect(done.length).toBeGreaterThanOrEqual(1);
      expect(done.length).toBeLessThan(names.length);
      expect(leftovers(out)).toEqual([]);
      for (const name of done) {
        const { width } = await readImage(at(out, name));
        expect(width).toBe(300 - names.indexOf(name));
      }
      const rest = restore('net.onnx', 'many', '-o', out, '--tile', '40');
      expect(rest.status).toBe(0);
      expect(rest.images.filter(({ skipped }) => skipped).map(({ image }) => image)).toEqual(
        done.map((name) => `many/${name}`),
      );
      expect(files(out)).toEqual(['.graft-restore.jsonl', ...names]);
    },
  );

  it('a full disk: exit 7 and only complete results', (context) => {
    mkdirSync(at('small'));
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=400k', 'tmpfs', at('small')], {
        stdio: 'ignore',
      });
    } catch {
      return context.skip('no small file system can be mounted here (it takes the superuser)');
    }
    try {
      const ended = graft(folder, 'restore', 'net.onnx', 'many', '-o', 'small/out');
      expect(ended.status).toBe(7);
      expect(ended.stderr).toContain('the disk is full');
      const there = files('small/out');
      expect(there.length).toBeLessThan(names.length);
      expect(leftovers('small/out')).toEqual([]);
    } finally {
      execFileSync('umount', [at('small')]);
    }
  });
});

it('restores an image whole with a model that resizes it inside, and warns of tiles', () => {
  writeFileSync(at('inside.onnx'), bytesOf(wrappedUnet({ inside: 64 })));
  const restored = (...options: string[]) =>
    graft(folder, 'restore', 'inside.onnx', 'photos/a.png', '-o', 'inside', ...options);
  const whole = restored();
  expect([whole.status, whole.stdout]).toEqual([0, 'photos/a.png → inside/a.png\n']);
  expect(whole.stderr).not.toContain('resizes');
  const tiled = restored('--tile', '64');
  expect(tiled.stdout).toContain('tiles of');
  expect(tiled.stderr).toContain(
    'warning: photos/a.png: the model resizes whatever it gets to 64x64',
  );
});

/** The text a child has written to stderr so far. */
function textOf(child: ChildProcess): () => string {
  let text = '';
  child.stderr?.on('data', (chunk) => {
    text += String(chunk);
  });
  return () => text;
}
