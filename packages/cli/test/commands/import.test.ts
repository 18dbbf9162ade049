import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { graft, json } from '../graft.ts';

// Saved by PyTorch: reference/make_network_checkpoints.py and make_checkpoints.py.
const networks = fileURLToPath(new URL('../../../../test/checkpoints/', import.meta.url));
const odd = fileURLToPath(new URL('../../../weights/test/checkpoints/', import.meta.url));
const fixtures = fileURLToPath(new URL('../../../backbones/test/fixtures/', import.meta.url));
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'graft-import-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('backbone import', () => {
  it('makes a host of an official checkpoint, and tells what it found', () => {
    const found = json(
      folder,
      'backbone',
      'import',
      join(networks, 'restormer.pth'),
      '-o',
      'r.onnx',
    );
    expect(found).toMatchObject({
      family: 'restormer',
      config: { dim: 4, blocks: [1, 1, 1, 1], heads: [1, 2, 2, 4], expansion: 2.66 },
      checkpoint: { format: 'pytorch', container: ['params'], prefix: '' },
      unused: [],
      pip: 0,
    });
    // The file has a few constants more.
    const inspected = json(folder, 'inspect', 'r.onnx');
    expect(inspected['family']).toBe('restormer');
    expect(Number(inspected['parameters']) - Number(found['parameters'])).toBeLessThan(10);
  });

  it('only looks without -o', () => {
    const ended = graft(folder, 'backbone', 'import', join(networks, 'promptir.ckpt'));
    expect(ended.status).toBe(0);
    expect(ended.stdout).toMatch(/: promptir, dim 4, .*prompts of 4,4,4 channels/);
    expect(ended.stderr).toMatch(/'net\.' taken off every name/);
  });

  it('makes the local variant of NAFNet, and of nothing else', () => {
    const nafnet = join(networks, 'nafnet.pth');
    json(folder, 'backbone', 'import', nafnet, '--local', '256', '-o', 'local.onnx');
    json(folder, 'backbone', 'import', nafnet, '-o', 'global.onnx');
    const nodes = (file: string) => json(folder, 'inspect', file)['nodes'] as number;
    expect(nodes('local.onnx')).toBeGreaterThan(nodes('global.onnx'));
    expect(json(folder, 'inspect', 'local.onnx')).toMatchObject({ family: 'nafnet' });
    const ended = graft(
      folder,
      'backbone',
      'import',
      join(networks, 'restormer.pth'),
      '--local',
      '256x256',
    );
    expect(ended).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('variant of NAFNet'),
    });
  });

  it.each([
    ['refused-module.pth', 5, /'torch\.nn\.modules\.conv\.Conv2d'.*nothing was executed/],
    ['refused-torchscript.pt', 5, /TorchScript/],
    ['plain.pth', 3, /no network of a known family/],
    ['no-such.pth', 7, /no such file/],
  ])('%s ends with %i and why', (name, status, message) => {
    const ended = graft(folder, 'backbone', 'import', join(odd, name), '-o', 'x.onnx');
    expect(ended).toMatchObject({ status, stderr: expect.stringMatching(message) });
  });
});

describe('adapter import', () => {
  it('takes the authors’ modules to their host, whatever file that is in', () => {
    const pip = join(networks, 'pip_cross_topm.pkl');
    expect(json(folder, 'backbone', 'import', pip, '-o', 'host.onnx')).toMatchObject({ pip: 112 });
    const made = json(folder, 'adapter', 'import', pip, '-o', 'adapter');
    expect(made).toMatchObject({
      config: {
        mode: 'pip_cross_topm',
        attach: 'replace',
        labels: ['noise', 'rain', 'haze', 'blur', 'low-light'],
      },
      base: { family: 'restormer', fingerprint: expect.stringMatching(/^pipfp2:/) },
      training: { source: 'imported from pip_cross_topm.pkl', epoch: 120 },
    });
    json(folder, 'apply', 'host.onnx', '--adapter', './adapter', '-o', 'grafted.onnx');
    const grafted = json(folder, 'inspect', 'grafted.onnx')['graft'];
    expect(grafted).toMatchObject({ levels: [1, 2, 3], adapters: [{ trained: true }] });
    expect(graft(folder, 'apply', 'r.onnx', '--adapter', './adapter', '-o', 'x.onnx').status).toBe(
      4,
    );
    // An adapter is not replaced unasked.
    expect(graft(folder, 'adapter', 'import', pip, '-o', 'adapter').status).toBe(7);
  });

  it('takes other names for the labels, as many as there are prompts', () => {
    const pip = join(networks, 'pip_cross.pkl');
    const labels = (text: string) =>
      graft(folder, 'adapter', 'import', pip, '-o', 'named', '--labels', text, '--json');
    expect(labels('a+b')).toMatchObject({ status: 2 });
    expect(JSON.parse(labels('rain+snow+fog').stdout).config.labels).toEqual([
      'rain',
      'snow',
      'fog',
    ]);
  });

  it('refuses a checkpoint without PIP modules', () => {
    const ended = graft(folder, 'adapter', 'import', join(networks, 'nafnet.pth'), '-o', 'none');
    expect(ended).toMatchObject({
      status: 4,
      stderr: expect.stringContaining('without PIP modules'),
    });
  });
});

describe('--sites and inspect --html', () => {
  it('grafts what was chosen, by level or by name', () => {
    const value = (json(folder, 'inspect', 'r.onnx')['sites'] as { value: string }[])[1]!.value;
    for (const [sites, levels] of [
      ['1,3', [1, 3]],
      ['^2', [1, 3]],
      [value, [2]],
    ] as const) {
      json(folder, 'apply', 'r.onnx', '--adapter', 'init', '--sites', sites, '-o', 's.onnx');
      expect(json(folder, 'inspect', 's.onnx')['graft']).toMatchObject({ levels });
    }
    const wrong = graft(folder, 'plan', 'r.onnx', '--adapter', 'init', '--sites', '4');
    expect(wrong).toMatchObject({ status: 2, stderr: expect.stringContaining("sites '4'") });
    expect(graft(folder, 'plan', 'r.onnx', '--adapter', 'init', '--sites', '^1,^2,^3').status).toBe(
      2,
    );
  });

  it('makes an adapter for the chosen levels', () => {
    const made = json(folder, 'adapter', 'init', 'r.onnx', '--sites', '^1', '-o', 'two');
    expect(
      (made['config'] as { levels: { level: number }[] }).levels.map(({ level }) => level),
    ).toEqual([2, 3]);
    json(folder, 'apply', 'r.onnx', '--adapter', './two', '-o', 'two.onnx');
  });

  it('draws the network on a page', () => {
    json(folder, 'inspect', 'grafted.onnx', '--html', 'page.html');
    const page = readFileSync(join(folder, 'page.html'), 'utf8');
    expect(page).toMatch(/^<!doctype html>/);
    expect(page.match(/class="graft"/g)).toHaveLength(3);
    expect(page).not.toMatch(/<script|https?:\/\/(?!www\.w3\.org)/);
    expect(graft(folder, 'inspect', 'grafted.onnx', '--html', 'grafted.onnx').status).toBe(2);
  });

  it('draws what a quantised export has, with its warning', () => {
    copyFileSync(
      join(fixtures, 'nafnet-torchscript-op16-dynamic-qdq.onnx'),
      join(folder, 'q.onnx'),
    );
    const ended = graft(folder, 'inspect', 'q.onnx', '--html', 'q.html');
    expect(ended.stdout).toMatch(/level 2 .* add ┤/);
    expect(readFileSync(join(folder, 'q.html'), 'utf8')).toMatch(/the model is quantised \(QDQ/);
  });
});
