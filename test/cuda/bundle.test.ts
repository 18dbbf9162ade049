import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packParts } from '../../scripts/cuda/bundle/pack-parts.mjs';
import { stagePackages } from '../../scripts/cuda/bundle/stage-packages.mjs';
import { root } from '../../scripts/cuda/check/run-step.mjs';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'graft-cuda-bundle-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe.runIf(process.platform === 'linux' && process.arch === 'x64')('cuda-bundle', () => {
  it('stages everything the command needs: it runs there with an empty environment', () => {
    const stage = join(folder, 'staged');
    mkdirSync(stage);
    const packages = stagePackages(root, stage);
    expect(packages).toContain('node_modules/onnxruntime-node');
    expect(packages.filter((path) => /vitest|biome|typescript/.test(path))).toEqual([]);
    const binaries = 'node_modules/onnxruntime-node/bin/napi-v6';
    expect(readdirSync(join(stage, binaries), { recursive: true })).toContain(
      'linux/x64/libonnxruntime.so.1',
    );
    expect(readdirSync(join(stage, binaries))).toEqual(['linux']);
    const command = (...args: string[]) =>
      spawnSync(process.execPath, [join(stage, 'packages/cli/bin/graft.js'), ...args], {
        cwd: folder,
        env: {},
        encoding: 'utf8',
      });
    const host = [
      'backbone',
      'build',
      'nafnet',
      '--dim',
      '8',
      '--blocks',
      '1,1',
      '-o',
      'host.onnx',
    ];
    const apply = ['apply', 'host.onnx', '--adapter', 'init', '-o', 'grafted.onnx'];
    for (const step of [host, apply]) {
      const { status, stderr } = command(...step);
      expect(status, stderr).toBe(0);
    }
    const { status, stdout } = command('validate', 'grafted.onnx', '--base', 'host.onnx', '--json');
    expect((JSON.parse(stdout) as { verdict: { status: string } }).verdict.status).toBe('passed');
    expect(status).toBe(0);
  });

  it('packs into parts that a shell script joins again, and rejects a changed part', async () => {
    const [stage, parcel] = [join(folder, 'stage'), join(folder, 'parcel')];
    mkdirSync(join(stage, 'deep'), { recursive: true });
    mkdirSync(parcel);
    const noise = Buffer.from(Array.from({ length: 3e5 }, (_, index) => (index * index * 31) >> 5));
    writeFileSync(join(stage, 'deep/noise.bin'), noise);
    writeFileSync(join(stage, 'run.sh'), '#!/bin/sh\n', { mode: 0o755 });
    symlinkSync('deep/noise.bin', join(stage, 'link'));
    const facts = { onnxruntime: '1.2.3' };
    const parts = await packParts({ folder: parcel, stage, partSize: 5e6, facts, say: () => {} });
    expect(Math.max(...parts.map(({ bytes }) => bytes))).toBe(5e6);
    expect(parts.filter(({ name }) => name.startsWith('node.gz.')).length).toBeGreaterThan(1);
    const manifest = JSON.parse(readFileSync(join(parcel, 'manifest.json'), 'utf8')) as object;
    expect(manifest).toMatchObject({
      ...facts,
      files: [
        { path: 'deep/noise.bin', bytes: 3e5 },
        { path: 'link', link: 'deep/noise.bin' },
        { path: 'run.sh' },
      ],
    });

    const joinParts = (target: string) =>
      spawnSync('sh', [join(parcel, 'reassemble.sh'), target], { encoding: 'utf8' });
    const target = join(folder, 'a target');
    expect(joinParts(target).status).toBe(0);
    const made = join(target, 'pip-graft-cuda');
    expect(readFileSync(join(made, 'link'))).toEqual(noise);
    expect(statSync(join(made, 'run.sh')).mode & 0o111).not.toBe(0);
    expect(
      spawnSync(join(made, 'bin/node'), ['--version'], { encoding: 'utf8' }).stdout.trim(),
    ).toBe(process.version);

    const last = parts.at(-1)!.name;
    appendFileSync(join(parcel, last), 'x');
    expect(joinParts(target)).toMatchObject({
      status: 1,
      stderr: `${last}: it is not what it was; send this part again.\n`,
    });
    rmSync(join(parcel, last));
    expect(joinParts(target)).toMatchObject({
      status: 1,
      stderr: `${last}: this part is missing.\n`,
    });
    // The old bundle is in use until a whole new one replaces it.
    expect(existsSync(join(made, 'run.sh'))).toBe(true);
  });
});
