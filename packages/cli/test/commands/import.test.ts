import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { backboneParameters, nafnetDefaults } from '@pip-graft/backbones';
import { elementCount, type FloatTensor, floatTensor, writeSafetensors } from '@pip-graft/weights';
import { openCheckpoint } from '@pip-graft/weights/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { graft, json } from '../graft.ts';

// Saved by PyTorch: pytorch-reference/make_network_checkpoints.py and make_checkpoints.py.
const networks = fileURLToPath(new URL('../../../../test/checkpoints/', import.meta.url));
const odd = fileURLToPath(new URL('../../../weights/test/checkpoints/', import.meta.url));
const fixtures = fileURLToPath(new URL('../../../backbones/test/fixtures/', import.meta.url));
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'graft-import-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('backbone import', () => {
  it('builds a host from an official checkpoint and reports what it found', () => {
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
      checkpoint: { format: 'pytorch', prefix: 'params', average: false },
      nonFinite: [],
      unused: [],
      pip: 0,
    });
    // The file has a few more constants.
    const inspected = json(folder, 'inspect', 'r.onnx');
    expect(inspected['family']).toBe('restormer');
    expect(Number(inspected['parameters']) - Number(found['parameters'])).toBeLessThan(10);
  });

  it('only inspects without -o', () => {
    const ended = graft(folder, 'backbone', 'import', join(networks, 'promptir.ckpt'));
    expect(ended.status).toBe(0);
    expect(ended.stdout).toMatch(/: promptir, dim 4, .*prompts of 4,4,4 channels/);
    expect(ended.stderr).toMatch(/tensors taken from 'state_dict\.net'/);
  });

  it('builds the local variant of NAFNet and rejects --local for other networks', () => {
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
  ])('%s exits with %i and says why', (name, status, message) => {
    const ended = graft(folder, 'backbone', 'import', join(odd, name), '-o', 'x.onnx');
    expect(ended).toMatchObject({ status, stderr: expect.stringMatching(message) });
  });
});

describe('backbone import from a checkpoint that holds other things', () => {
  /** A NAFNet filled with one number, under a prefix. */
  const network = (prefix: string, value: number, width = 4) => {
    const config = { ...nafnetDefaults, width, encoder: [1], middle: 1, decoder: [1] };
    return backboneParameters({ family: 'nafnet', config }).map(
      ({ name, dims }): [string, FloatTensor] => [
        `${prefix}${name}`,
        { dims, data: new Float32Array(elementCount(dims)).fill(value) },
      ],
    );
  };
  const write = (name: string, ...parts: [string, FloatTensor][][]) =>
    writeFileSync(join(folder, name), writeSafetensors(new Map(parts.flat()), { epoch: '3' }));

  it('takes the moving average and says so', () => {
    const loss: [string, FloatTensor][] = [
      ['loss.vgg.weight', floatTensor([1], new Float32Array(1))],
    ];
    write('ema.safetensors', network('net.', 0), network('net_ema.', 1), loss);
    const ended = graft(folder, 'backbone', 'import', 'ema.safetensors');
    expect(ended.status).toBe(0);
    expect(ended.stderr).toMatch(/taken from 'net_ema'\n.*average.*\nleft alone: loss, net\n/);
    expect(json(folder, 'backbone', 'import', 'ema.safetensors', '--prefix', 'net')).toMatchObject({
      checkpoint: { prefix: 'net', average: false, ignored: ['loss', 'net_ema'] },
    });
  });

  it('asks which network to take if there are several', () => {
    write('kd.safetensors', network('student.', 0), network('teacher.', 0, 8));
    const ended = graft(folder, 'backbone', 'import', 'kd.safetensors');
    expect(ended).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/'student' \(nafnet, width 4\), 'teacher' \(nafnet, width 8\)/),
    });
    const job = {
      name: 'kd',
      source: { checkpoint: 'kd.safetensors', prefix: 'teacher' },
      output: 'kd.onnx',
    };
    writeFileSync(join(folder, 'graft.config.json'), JSON.stringify({ jobs: [job] }));
    expect(graft(folder, 'convert').status).toBe(0);
    expect(json(folder, 'inspect', 'kd.onnx')['family']).toBe('nafnet');
  });

  it('warns about NaN and infinity by tensor name', () => {
    const weights = network('', 0);
    weights[3]![1].data[0] = Number.NaN;
    weights[5]![1].data[1] = Number.NEGATIVE_INFINITY;
    write('nan.safetensors', weights);
    const names = [weights[3]![0], weights[5]![0]].sort();
    const ended = graft(folder, 'backbone', 'import', 'nan.safetensors', '-o', 'nan.onnx');
    expect(ended.status).toBe(0);
    expect(ended.stderr).toContain(
      `warning: 2 of ${weights.length} tensors hold NaN or infinity: ${names.join(', ')};`,
    );
    expect(json(folder, 'backbone', 'import', 'nan.safetensors')['nonFinite']).toEqual(names);
  });

  it('warns about NaN in the chosen network where another is damaged', () => {
    const weights = network('net.', 0);
    weights[3]![1].data[0] = Number.NaN;
    const damaged = network('half.', 1).slice(1);
    write('two.safetensors', weights, damaged, network('good.', 2));
    const ended = graft(folder, 'backbone', 'import', 'two.safetensors', '--prefix', 'net');
    expect(ended).toMatchObject({ status: 0, stderr: expect.stringContaining("--prefix 'good'") });
  });
});

describe('adapter import', () => {
  it('binds the authors’ modules to their host, whatever file they are in', () => {
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
    // An existing adapter is not replaced without --force.
    expect(graft(folder, 'adapter', 'import', pip, '-o', 'adapter').status).toBe(7);
  });

  it('finds the modules under any prefix and takes their average', async () => {
    const checkpoint = await openCheckpoint(join(networks, 'pip_cross.pkl'));
    const own = [...checkpoint.tensors].map(([name, { dims, data }]) => {
      return [name.replace(/^params\./, ''), { dims, data }] as const;
    });
    checkpoint.close();
    const copy = (prefix: string, factor: number) =>
      own.map(([name, { dims, data }]): [string, FloatTensor] => [
        prefix + name,
        { dims, data: data.map((value) => value * factor) },
      ]);
    const both = new Map([...copy('net.', 2), ...copy('net_ema._orig_mod.', 1)]);
    writeFileSync(join(folder, 'both.safetensors'), writeSafetensors(both));
    const plain = json(folder, 'adapter', 'import', join(networks, 'pip_cross.pkl'), '-o', 'plain');
    const averaged = json(folder, 'adapter', 'import', 'both.safetensors', '-o', 'averaged');
    expect(averaged).toMatchObject({
      prefix: 'net_ema._orig_mod',
      average: true,
      base: plain['base'],
    });
    const bytes = (name: string) => readFileSync(join(folder, name, 'adapter_model.safetensors'));
    expect(bytes('averaged').equals(bytes('plain'))).toBe(true);
    json(folder, 'adapter', 'import', 'both.safetensors', '--prefix', 'net', '-o', 'doubled');
    expect(bytes('doubled').equals(bytes('plain'))).toBe(false);
  });

  it('takes other label names, one for each prompt', () => {
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

  it('takes the host of modules that are alone in their file, if they fit it', async () => {
    const pip = join(networks, 'pip_cross.pkl');
    const checkpoint = await openCheckpoint(pip);
    const modules = [...checkpoint.tensors].filter(([name]) => /prompt/.test(name));
    const alone = modules.map(([name, { dims, data }]) => [name, { dims, data }] as const);
    writeFileSync(join(folder, 'alone.safetensors'), writeSafetensors(new Map(alone)));
    checkpoint.close();
    json(folder, 'backbone', 'import', pip, '-o', 'its-host.onnx');
    json(folder, 'backbone', 'build', 'nafnet-tiny', '-o', 'tiny.onnx');
    const called = (...more: string[]) =>
      graft(folder, 'adapter', 'import', 'alone.safetensors', '-o', 'alone', ...more);
    expect(called()).toMatchObject({
      status: 3,
      stderr: expect.stringContaining('pass --host with the ONNX file of their host.'),
    });
    expect(called('--host', 'tiny.onnx').status).toBe(4);
    expect(existsSync(join(folder, 'alone'))).toBe(false);
    expect(called('--host', 'its-host.onnx').status).toBe(0);
    json(folder, 'apply', 'its-host.onnx', '--adapter', './alone', '-o', 'whole.onnx');
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
  it('grafts the chosen sites, by level or by name', () => {
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

  it('creates an adapter for the chosen levels', () => {
    const made = json(folder, 'adapter', 'init', 'r.onnx', '--sites', '^1', '-o', 'two');
    expect(
      (made['config'] as { levels: { level: number }[] }).levels.map(({ level }) => level),
    ).toEqual([2, 3]);
    json(folder, 'apply', 'r.onnx', '--adapter', './two', '-o', 'two.onnx');
  });

  it('draws the network as a page', () => {
    json(folder, 'inspect', 'grafted.onnx', '--html', 'page.html');
    const page = readFileSync(join(folder, 'page.html'), 'utf8');
    expect(page).toMatch(/^<!doctype html>/);
    expect(page.match(/class="graft"/g)).toHaveLength(3);
    expect(page).not.toMatch(/<script|https?:\/\/(?!www\.w3\.org)/);
    expect(graft(folder, 'inspect', 'grafted.onnx', '--html', 'grafted.onnx').status).toBe(2);
  });

  it('draws a quantised export, with its warning', () => {
    copyFileSync(
      join(fixtures, 'nafnet-torchscript-op16-dynamic-qdq.onnx'),
      join(folder, 'q.onnx'),
    );
    const ended = graft(folder, 'inspect', 'q.onnx', '--html', 'q.html');
    expect(ended.stdout).toMatch(/level 2 .* add ┤/);
    expect(readFileSync(join(folder, 'q.html'), 'utf8')).toMatch(/the model is quantised \(QDQ/);
  });
});
