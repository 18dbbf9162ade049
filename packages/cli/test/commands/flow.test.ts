import {
  copyFileSync,
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
import { cropImage } from '@pip-graft/imaging';
import { readImage, writeImage } from '@pip-graft/restore';
import { full } from '@pip-graft/test-utils';
import onnxProto from 'onnx-proto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { graft, json } from '../graft.ts';

const { onnx } = onnxProto;
const bundled = fileURLToPath(new URL('../../../../assets/chelsea.jpg', import.meta.url));
let folder = '';
/** A crop of the bundled photo: small, and with odd dimensions. */
let photo = '';
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'graft-cli-'));
  photo = join(folder, 'photo.png');
  await writeImage(photo, cropImage(await readImage(bundled), 75, 61));
});
afterAll(() => rmSync(folder, { recursive: true }));

const networks = [
  {
    name: 'nafnet',
    args: ['nafnet', '--dim', '8', '--blocks', '1,1'],
    join: 'add',
    channels: [8, 16],
    multiple: 1,
  },
  {
    name: 'restormer',
    args: ['restormer', '--dim', '8', '--blocks', '1,0,0,0', '--refinement', '0'],
    join: 'concat',
    channels: [8, 16, 32],
    multiple: 8,
  },
  {
    name: 'promptir',
    args: ['promptir', '--dim', '8', '--blocks', '1,0,0,0', '--refinement', '0'],
    join: 'concat',
    channels: [8, 16, 32],
    multiple: 8,
  },
];

// PromptIR takes the same path as Restormer with other sites: `npm run test:full` runs it.
describe.each(full ? networks : networks.filter(({ name }) => name !== 'promptir'))(
  'graft on a native $name',
  ({ name, args, join: kind, channels, multiple }) => {
    const host = `${name}.onnx`;
    const grafted = `${name}-grafted.onnx`;

    it('builds and inspects', () => {
      json(folder, 'backbone', 'build', ...args, '--seed', '3', '-o', host);
      const found = json(folder, 'inspect', host);
      expect(found).toMatchObject({
        family: name,
        opset: 17,
        irVersion: 8,
        image: { input: 'input', output: 'output' },
        sizeMultiple: multiple,
        graft: null,
        warnings: [],
      });
      expect(Object.keys(found)).toEqual([
        'family',
        'confidence',
        'opset',
        'irVersion',
        'producer',
        'nodes',
        'parameters',
        'inputs',
        'outputs',
        'image',
        'sizeMultiple',
        'size',
        'values',
        'feeds',
        'sites',
        'rejected',
        'graft',
        'warnings',
        'expected',
      ]);
      expect(found['sites']).toMatchObject(
        channels.map((count, index) => ({
          level: index + 1,
          channels: count,
          scale: 2 ** index,
          join: kind,
        })),
      );
    });

    it('builds the same bytes from the same seed', () => {
      json(folder, 'backbone', 'build', ...args, '--seed', '3', '-o', 'again.onnx');
      expect(
        readFileSync(join(folder, 'again.onnx')).equals(readFileSync(join(folder, host))),
      ).toBe(true);
    });

    it('creates an adapter, says that it is untrained, plans it and applies it', () => {
      const made = json(
        folder,
        'adapter',
        'init',
        host,
        '-o',
        `${name}-adapter`,
        '--labels',
        'rain+haze',
        '--attach',
        'replace',
      );
      expect(made).toMatchObject({
        training: null,
        config: { labels: ['rain', 'haze'], attach: 'replace' },
      });
      expect(json(folder, 'adapter', 'info', `./${name}-adapter`)).toMatchObject({
        training: null,
        base: { family: name },
      });
      expect(graft(folder, 'adapter', 'info', `./${name}-adapter`).stdout).toContain('UNTRAINED');
      const before = readdirSync(folder);
      const planned = graft(folder, 'plan', host, '--adapter', `./${name}-adapter`);
      expect(planned.stdout).toContain('UNTRAINED');
      expect(readdirSync(folder)).toEqual(before);
      expect(
        json(folder, 'apply', host, '--adapter', `./${name}-adapter`, '-o', grafted),
      ).toMatchObject({ output: grafted });
    });

    it('writes a valid file that differs from the host only as planned', () => {
      expect(json(folder, 'check', grafted)).toEqual({ valid: true, findings: [] });
      const diff = json(folder, 'diff', host, grafted) as Record<
        string,
        { added: string[]; removed: string[]; changed: unknown[] }
      >;
      expect(diff['nodes']!.removed).toEqual([]);
      expect(diff['nodes']!.changed).toHaveLength(channels.length);
      expect(diff['nodes']!.added.every((value) => value.startsWith('pip/'))).toBe(true);
      expect(diff['inputs']!.added).toEqual(['degradation', 'strength']);
      expect(diff['metadata']!.added).toEqual(['pip_graft']);
      expect(json(folder, 'inspect', grafted)['graft']).toMatchObject({
        labels: ['rain', 'haze'],
        adapters: [{ trained: false }],
      });
    });

    it('validates on the CPU and shows each verdict as it comes', () => {
      const args = ['validate', grafted, '--base', host, '--threads', '1', '--json'];
      const { stdout, stderr } = graft(folder, ...args);
      expect(stderr).toMatch(
        /✓ loads: 0 ≤ 0\n[\s\S]*✓ strength 0, optimised: 0 ≤ 1e-4\n[\s\S]*✓ removal/,
      );
      const { verdict, models } = JSON.parse(stdout) as {
        verdict: { status: string };
        models: { validation: { checks: { name: string; status: string }[] } }[];
      };
      const { checks } = models[0]!.validation;
      expect(checks.filter((check) => check.status === 'failed')).toEqual([]);
      expect(verdict.status).toBe('passed');
    });

    it('removes the graft and restores the host byte for byte', () => {
      const back = `${name}-back.onnx`;
      expect(json(folder, 'remove', grafted, '-o', back)).toMatchObject({ identical: true });
      expect(readFileSync(join(folder, back)).equals(readFileSync(join(folder, host)))).toBe(true);
      // Again over itself.
      expect(json(folder, 'remove', grafted, '-o', back)).toMatchObject({ identical: true });
    });

    it('restores a photo of any size; labels and strength have an effect', () => {
      const restored = ['rain', 'haze', 'rain=0.5,haze=0.5'].map((degradation, index) => {
        json(folder, 'restore', grafted, photo, '-o', `out-${index}`, '--degradation', degradation);
        return readFileSync(join(folder, `out-${index}/photo.png`));
      });
      expect(restored[0]!.equals(restored[1]!)).toBe(false);
      expect(restored[0]!.equals(restored[2]!)).toBe(false);
      json(folder, 'restore', grafted, photo, '-o', 'off', '--strength', '0');
      json(folder, 'restore', host, photo, '-o', 'host');
      expect(
        readFileSync(join(folder, 'off/photo.png')).equals(
          readFileSync(join(folder, 'host/photo.png')),
        ),
      ).toBe(true);
    });

    it('bakes a degradation and drops the inputs', () => {
      json(
        folder,
        'apply',
        host,
        '--adapter',
        `./${name}-adapter`,
        '--bake',
        'haze',
        '-o',
        'baked.onnx',
      );
      const { inputs } = json(folder, 'inspect', 'baked.onnx') as { inputs: { name: string }[] };
      expect(inputs.map((input) => input.name)).toEqual(['input']);
      json(folder, 'restore', 'baked.onnx', photo, '-o', 'baked');
      expect(readFileSync(join(folder, 'baked/photo.png')).length).toBeGreaterThan(1000);
      const asked = graft(folder, 'restore', 'baked.onnx', photo, '-o', 'baked', '--strength', '0');
      expect(asked.status).toBe(2);
      expect(asked.stderr).toContain('--bake');
    });
  },
);

describe('graft restore', () => {
  it('continues after a bad image and reports it at the end', () => {
    copyFileSync(photo, join(folder, 'good.png'));
    writeFileSync(join(folder, 'bad.jpg'), 'not a picture');
    const ended = graft(folder, 'restore', 'nafnet.onnx', 'bad.jpg', 'good.png', '-o', 'mixed');
    expect(ended.status).toBe(1);
    expect(ended.stdout).toContain('1 of 2 images failed');
    expect(ended.stderr).toContain('bad.jpg');
    expect(readdirSync(join(folder, 'mixed'))).toEqual(['.graft-restore.jsonl', 'good.png']);
  });
});

describe('graft on a host with external data', () => {
  /** The small network with all its large weights in a file beside it. */
  function externalHost(path: string): void {
    json(
      folder,
      'backbone',
      'build',
      'nafnet',
      '--dim',
      '8',
      '--blocks',
      '1,1',
      '-o',
      'inline.onnx',
    );
    const model = onnx.ModelProto.decode(readFileSync(join(folder, 'inline.onnx')));
    let offset = 7;
    const parts = [Buffer.alloc(offset)];
    for (const tensor of model.graph?.initializer ?? []) {
      const data = Buffer.from(tensor.rawData ?? []);
      if (data.length < 256) continue;
      const entries = {
        location: 'weights.bin',
        offset: String(offset),
        length: String(data.length),
      };
      tensor.externalData = Object.entries(entries).map(([key, value]) =>
        onnx.StringStringEntryProto.create({ key, value }),
      );
      tensor.dataLocation = 1;
      tensor.rawData = new Uint8Array();
      parts.push(data);
      offset += data.length;
    }
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), onnx.ModelProto.encode(model).finish());
    writeFileSync(join(folder, path, '../weights.bin'), Buffer.concat(parts));
  }

  it('reference, link, copy and inline: each restores like the plain host and can be removed again', () => {
    externalHost('data/host.onnx');
    const apply = (from: string, to: string, ...more: string[]) =>
      json(folder, 'apply', from, '--adapter', 'init:attach=replace', '-o', to, ...more);
    const restored = (from: string, to: string) => {
      json(folder, 'restore', from, photo, '-o', to, '--degradation', 'noise');
      return readFileSync(join(folder, to, 'photo.png'));
    };
    apply('inline.onnx', 'plain.onnx');
    const wanted = restored('plain.onnx', 'plain');
    for (const mode of ['reference', 'link', 'copy', 'inline']) {
      const target = mode === 'reference' ? 'grafted.onnx' : `${mode}/grafted.onnx`;
      apply('data/host.onnx', target, '--external', mode);
      expect(json(folder, 'check', target)).toMatchObject({ valid: true });
      expect(restored(target, `${mode}-restored`).equals(wanted), mode).toBe(true);
      const back = target.replace('grafted', 'back');
      expect(json(folder, 'remove', target, '-o', back)).toMatchObject({ identical: true });
    }
    // Validation does not depend on where weights are, only on finding them.
    expect(json(folder, 'validate', 'link/grafted.onnx', '--threads', '1')).toMatchObject({
      verdict: { status: 'passed' },
    });
  });
});
