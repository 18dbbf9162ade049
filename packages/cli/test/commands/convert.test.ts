import {
  copyFileSync,
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
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { graft, json } from '../graft.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'graft-convert-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const host = {
  name: 'host',
  source: { backbone: 'nafnet-small', dim: 8, blocks: [1, 1], seed: 3 },
  output: 'out/host.onnx',
};
const rain = {
  name: 'rain',
  source: { job: 'host' },
  adapters: ['init:labels=rain+haze,attach=replace'],
  output: 'out/rain.onnx',
};

function configure(...jobs: object[]): void {
  writeFileSync(join(folder, 'graft.config.json'), JSON.stringify({ jobs }));
}

describe('graft convert', () => {
  it('writes the same bytes as the separate commands', () => {
    configure(host, { ...rain, bake: 'rain' });
    expect(graft(folder, 'convert').status).toBe(0);
    const steps = [
      [
        'backbone',
        'build',
        'nafnet-small',
        '--dim',
        '8',
        '--blocks',
        '1,1',
        '--seed',
        '3',
        '-o',
        'h.onnx',
      ],
      ['apply', 'h.onnx', '--adapter', rain.adapters[0]!, '--bake', 'rain', '-o', 'r.onnx'],
    ];
    for (const step of steps) expect(graft(folder, ...step).status).toBe(0);
    for (const [by, alone] of [
      ['out/host.onnx', 'h.onnx'],
      ['out/rain.onnx', 'r.onnx'],
    ] as const)
      expect(readFileSync(join(folder, by)).equals(readFileSync(join(folder, alone)))).toBe(true);
  });

  it('does nothing the second time and says so; two runs without a cache give the same bytes', () => {
    configure(host, rain);
    expect(json(folder, 'convert')).toMatchObject({
      jobs: [
        { name: 'host', status: 'built', placed: true },
        { name: 'rain', status: 'built' },
      ],
    });
    const bytes = readFileSync(join(folder, 'out/rain.onnx'));
    const again = graft(folder, 'convert');
    expect(again.stdout).toContain('nothing to do: all 2 jobs are cached');
    expect(again.stdout).toContain('UNTRAINED');
    expect(json(folder, 'convert', '--no-cache')).toMatchObject({
      jobs: [{ status: 'built' }, { status: 'built' }],
    });
    expect(readFileSync(join(folder, 'out/rain.onnx')).equals(bytes)).toBe(true);
    expect(graft(folder, 'convert', '--frozen').status).toBe(0);
  });

  it('checks a conversion against its lock', () => {
    configure(host);
    expect(graft(folder, 'convert', '--frozen')).toMatchObject({ status: 1 });
    expect(existsSync(join(folder, 'out/host.onnx'))).toBe(false);
    expect(graft(folder, 'convert').status).toBe(0);
    configure({ ...host, source: { ...host.source, seed: 4 } });
    const other = graft(folder, 'convert', '--frozen');
    expect(other.status).toBe(1);
    expect(other.stdout).toContain("option 'source.seed' is 4, locked as 3");
  });

  it('accepts an adapter folder and notices when it changes', () => {
    configure(host);
    graft(folder, 'convert');
    const init = ['adapter', 'init', 'out/host.onnx', '-o', 'own', '--labels', 'rain+haze'];
    graft(folder, ...init);
    configure(host, { ...rain, adapters: ['./own'] });
    expect(json(folder, 'convert')).toMatchObject({
      jobs: [{ status: 'cached' }, { status: 'built' }],
    });
    graft(folder, ...init, '--seed', '5', '--force');
    expect(json(folder, 'convert')).toMatchObject({
      jobs: [{ status: 'cached' }, { status: 'built' }],
    });
    expect(graft(folder, 'convert', '--frozen').status).toBe(0);
  });

  it('stores weights in one file beside the model, also for an external source and float16', () => {
    const outside = { ...rain, external: 'file', gates: { validate: true } };
    configure(
      host,
      { ...outside, output: 'out/outside.onnx' },
      // Its gate runs it, as the other job's gate does.
      {
        ...outside,
        name: 'half',
        precision: 'float16',
        output: 'out/half.onnx',
        gates: { parity: { psnr: 40 } },
      },
      { name: 'inside', source: { job: 'rain' }, external: 'inline', output: 'out/inside.onnx' },
      { name: 'bare', source: { job: 'host' }, external: 'file', output: 'out/bare.onnx' },
      { ...rain, name: 'again', source: { onnx: 'bare.onnx' }, output: 'out/again.onnx' },
    );
    // A source that already exists, with its weights beside it.
    graft(folder, 'convert', '--only', 'host,bare');
    for (const name of ['bare.onnx', 'bare.onnx.data'])
      copyFileSync(join(folder, 'out', name), join(folder, name));
    const made = json(folder, 'convert') as {
      jobs: { files: { name: string; bytes: number }[] }[];
    };
    const filesOf = (at: number) => made.jobs[at]!.files.map(({ name }) => name);
    expect(filesOf(1)).toEqual(['outside.onnx', 'outside.onnx.data']);
    expect(filesOf(2)).toEqual(['half.onnx', 'half.onnx.data']);
    expect(filesOf(3)).toEqual(['inside.onnx']);
    expect(filesOf(5)).toEqual(['again.onnx', 'bare.onnx.data']);
    const data = (at: number) => made.jobs[at]!.files[1]!.bytes;
    // Less than half: in float16 some weights fall below the kilobyte at which they move out.
    expect(data(2) / data(1)).toBeLessThan(0.5);
    expect(data(2) / data(1)).toBeGreaterThan(0.4);
    // Removal gives the host with external weights and the same numbers as the plain host.
    json(folder, 'remove', 'out/outside.onnx', '-o', 'out/removed.onnx');
    const removed = readFileSync(join(folder, 'out/removed.onnx'));
    expect(removed.length).toBeLessThan(readFileSync(join(folder, 'out/host.onnx')).length / 2);
    for (const name of ['outside', 'half', 'inside', 'again'])
      expect(graft(folder, 'check', `out/${name}.onnx`).status).toBe(0);
    expect(graft(folder, 'convert', '--frozen').status).toBe(0);
  });

  it('grafts several adapters and orders their labels independently of the order given', () => {
    const adapters = ['init:labels=rain+haze,seed=1', 'init:labels=blur,seed=2'];
    const both = { ...rain, adapters, bake: 'haze=0.5,blur' };
    configure(
      host,
      { ...both, name: 'one', output: 'one.onnx' },
      { ...both, name: 'other', adapters: [...adapters].reverse(), output: 'other.onnx' },
    );
    expect(json(folder, 'convert')).toMatchObject({
      jobs: [{}, { status: 'built', adapters: [{}, {}] }, { status: 'built' }],
    });
    const [one, other] = ['one.onnx', 'other.onnx'].map((name) => readFileSync(join(folder, name)));
    expect(one!.equals(other!)).toBe(true);
    const { labels, baked } = json(folder, 'inspect', 'one.onnx')['graft'] as {
      labels: string[];
      baked: { weights: number[] };
    };
    const weights = Object.fromEntries(labels.map((label, at) => [label, baked.weights[at]]));
    expect(weights).toEqual({ rain: 0, haze: 0.5, blur: 1 });
  });

  it('fails a job whose adapter is for another host, with its exit code, and continues', () => {
    configure(host, {
      ...host,
      name: 'wide',
      source: { ...host.source, dim: 16 },
      output: 'w.onnx',
    });
    graft(folder, 'convert');
    graft(folder, 'adapter', 'init', 'w.onnx', '-o', 'wide-adapter');
    configure(
      { ...rain, source: { onnx: 'out/host.onnx' }, adapters: ['./wide-adapter'] },
      { ...host, output: 'again.onnx' },
    );
    const ended = graft(folder, 'convert', '--json');
    expect(ended.status).toBe(4);
    expect(JSON.parse(ended.stdout)).toMatchObject({
      status: 'failed',
      jobs: [{ status: 'failed', failure: { code: 'ADAPTER_MISMATCH' } }, { status: 'built' }],
    });
    expect(existsSync(join(folder, 'out/rain.onnx'))).toBe(false);
  });

  it('fails a job on its gates and reports it in every format', () => {
    mkdirSync(join(folder, 'photos'));
    const photo = fileURLToPath(new URL('../../../../assets/chelsea.jpg', import.meta.url));
    copyFileSync(photo, join(folder, 'photos/chelsea.jpg'));
    configure(host, {
      ...rain,
      gates: {
        maxBytes: '1 MB',
        validate: true,
        quality: [{ data: 'photos', degrade: 'noise:25', degradation: 'rain', psnr: 60 }],
      },
    });
    const ended = graft(
      folder,
      'convert',
      '--json',
      '--junit',
      'j.xml',
      '--markdown',
      'm.md',
      '--html',
      'h.html',
    );
    expect(ended.status).toBe(1);
    const { jobs } = JSON.parse(ended.stdout) as {
      jobs: { gates: { name: string; status: string }[] }[];
    };
    const gates = Object.fromEntries(jobs[1]!.gates.map(({ name, status }) => [name, status]));
    expect(gates).toMatchObject({
      size: 'passed',
      'quality photos noise:25': 'failed',
      validate: 'passed',
      'validate: removal': 'passed',
    });
    expect(readFileSync(join(folder, 'j.xml'), 'utf8')).toContain('quality photos noise:25');
    expect(readFileSync(join(folder, 'm.md'), 'utf8')).toMatch(/rain.*untrained/i);
    const page = readFileSync(join(folder, 'h.html'), 'utf8');
    expect(page).toContain('graft convert');
    // An image of the host, which was built; validation figures of the graft, which was not placed.
    expect(page.match(/<section class="compare"/g)).toHaveLength(1);
    expect(page).toMatch(/Time for one [\d×]+ image <b>[\d.]+×/);
    expect(page).toMatch(/<li><b>quality photos noise:25<\/b> [\d.]+ dB; the limit is 60 dB\. /);
    expect(ended.stderr + ended.stdout).toContain('rain: quality photos noise:25: ');
    expect(existsSync(join(folder, 'out/rain.onnx'))).toBe(false);
  });

  it('reports a missing device as skipped, never as passed', () => {
    configure(host, { ...rain, gates: { validate: { device: 'cuda' } } });
    const ended = graft(folder, 'convert', '--json');
    const { jobs } = JSON.parse(ended.stdout) as { jobs: { gates: { status: string }[] }[] };
    expect(ended.status).toBe(0);
    expect(new Set(jobs[1]!.gates.map(({ status }) => status))).toEqual(new Set(['skipped']));
  });

  it('leaves no staging folder behind, and writes no output for an invalid config', () => {
    configure(host, { ...host, name: 'twin' });
    expect(graft(folder, 'convert')).toMatchObject({ status: 2 });
    expect(readdirSync(folder)).toEqual(['graft.config.json']);
    configure(host);
    graft(folder, 'convert');
    const left = readdirSync(join(folder, '.graft-cache')).filter((name) => name.startsWith('.'));
    expect(left).toEqual([]);
  });
});
