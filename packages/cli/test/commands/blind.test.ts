import { spawn } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { readSensor } from '@pip-graft/pip-core/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readState } from '../../../train/src/state/state-file.ts';
import { sensorPatches } from '../../../train/src/trainer/train-options.ts';
import { bin, graft, json } from '../graft.ts';

const folder = mkdtempSync(join(tmpdir(), 'pip-graft-test-'));
afterAll(() => rmSync(folder, { recursive: true }));
const bytes = (name: string) => readFileSync(join(folder, name));
const photo = fileURLToPath(new URL('../../../../assets/chelsea.jpg', import.meta.url));
const small = ['--data', 'photos', '--batch', '4', '--patch', '16', '--threads', '1'];
const sensor = (to: string, labels: string, ...more: string[]) => [
  'train',
  'sensor',
  '--labels',
  labels,
  '-o',
  to,
  '--workers',
  '1',
  ...small,
  ...more,
];

beforeAll(() => {
  mkdirSync(join(folder, 'photos'));
  copyFileSync(photo, join(folder, 'photos/chelsea.jpg'));
  const build = ['--dim', '8', '--blocks', '1,1', '--middle', '1', '--decoder', '1,1'];
  json(folder, 'backbone', 'build', 'nafnet', ...build, '-o', 'host.onnx');
  json(folder, 'adapter', 'init', 'host.onnx', '--labels', 'rain+haze', '-o', 'weather');
  json(folder, 'adapter', 'init', 'host.onnx', '--labels', 'noise+rain', '-o', 'grain');
  json(folder, ...sensor('eye', 'rain+haze', '--steps', '3'));
  json(folder, ...sensor('other-eye', 'noise+rain', '--steps', '3'));
});

describe('a sensor in a convert job', () => {
  const job = { name: 'blind', source: { onnx: 'host.onnx' }, output: 'out/blind.onnx' };
  const convert = (more: object, ...args: string[]) => {
    const jobs = [{ ...job, adapters: ['./weather'], ...more }];
    writeFileSync(join(folder, 'graft.config.json'), JSON.stringify({ jobs }));
    return graft(folder, 'convert', ...args);
  };

  it('writes the same bytes as graft apply --auto and rebuilds when the sensor changes', () => {
    json(
      folder,
      'apply',
      'host.onnx',
      '--adapter',
      './weather',
      '--auto',
      './eye',
      '-o',
      'alone.onnx',
    );
    expect(convert({ auto: 'eye' })).toMatchObject({ status: 0 });
    expect(bytes('out/blind.onnx').equals(bytes('alone.onnx'))).toBe(true);
    expect(convert({ auto: 'eye' }).stdout).toContain('nothing to do');
    json(folder, ...sensor('eye', 'rain+haze', '--steps', '4', '--force'));
    expect(convert({ auto: 'eye' }, '--frozen')).toMatchObject({ status: 1 });
    expect(convert({ auto: 'eye' })).toMatchObject({ status: 0 });
    expect(bytes('out/blind.onnx').equals(bytes('alone.onnx'))).toBe(false);
  });

  it.each([
    ['beside a fixed degradation', { auto: 'eye', bake: 'rain' }, 2, /a baked degradation/],
    ['without an adapter', { auto: 'eye', adapters: undefined }, 2, /auto/],
    ['for other labels', { auto: 'other-eye' }, 4, /haze/],
    ['that is not there', { auto: 'nowhere' }, 7, /nowhere/],
    ['that the adapter does not carry', { auto: true }, 7, /weather.*sensor/],
  ])('refuses one %s', (_, more, status, message) => {
    const { stdout, stderr, ...ended } = convert(more);
    expect({ ...ended, said: stdout + stderr }).toMatchObject({
      status,
      said: expect.stringMatching(message),
    });
  });
});

describe('graft swap of a blind model', () => {
  it('takes a sensor for the new labels, or none, and matches a direct apply', () => {
    const apply = (to: string, ...args: string[]) =>
      json(folder, 'apply', 'host.onnx', '--adapter', ...args, '-o', to);
    apply('swapped.onnx', './weather', '--auto', './eye');
    apply('wanted.onnx', './grain', '--auto', './other-eye');
    json(folder, 'swap', 'swapped.onnx', '--adapter', './grain', '--auto', './other-eye');
    expect(bytes('swapped.onnx').equals(bytes('wanted.onnx'))).toBe(true);
    const seen = graft(folder, 'swap', 'swapped.onnx', '--adapter', './weather');
    expect(seen).toMatchObject({ status: 2, stderr: expect.stringContaining('--auto') });
    expect(bytes('swapped.onnx').equals(bytes('wanted.onnx'))).toBe(true);
    apply('plain.onnx', './weather');
    json(folder, 'swap', 'swapped.onnx', '--adapter', './weather', '--inputs', 'required');
    expect(bytes('swapped.onnx').equals(bytes('plain.onnx'))).toBe(true);
  });
});

describe('graft train sensor', () => {
  it('records its accuracy for each label', () => {
    const { byLabel } = json(folder, ...sensor('judged', 'rain+haze', '--steps', '2')) as {
      byLabel: { label: string; right: number; missed: number; falsely: number }[];
    };
    expect(byLabel.map(({ label }) => label)).toEqual(['rain', 'haze']);
    for (const { right, missed, falsely } of byLabel) {
      expect(right).toBeGreaterThanOrEqual(1 - Math.max(missed, falsely));
      expect(right).toBeLessThanOrEqual(1 - Math.min(missed, falsely));
    }
    const config = JSON.parse(readFileSync(join(folder, 'judged/sensor_config.json'), 'utf8'));
    expect(config.training).toMatchObject({ labels: byLabel, photos: 1, ...sensorPatches });
    expect(config.sure).toEqual({ from: 0.6, full: 0.9 });
  });

  it('takes examples of a label, records their number and continues with no others', () => {
    for (const name of ['misty', 'other']) {
      mkdirSync(join(folder, name));
      copyFileSync(photo, join(folder, name, `${name}.jpg`));
    }
    const run = (...more: string[]) => sensor('shown', 'rain+haze', '--steps', '2', ...more);
    json(folder, ...run('--examples', 'haze=misty'));
    const config = JSON.parse(readFileSync(join(folder, 'shown/sensor_config.json'), 'utf8'));
    expect(config.training.examples).toEqual({ haze: 1 });
    const resumed = graft(folder, ...run('--examples', 'haze=other', '--resume'));
    expect(resumed.status).toBe(4);
    expect(resumed.stderr).toContain('examples (other images)');
    const foreign = graft(folder, ...run('--examples', 'fog=misty', '--force'));
    expect(foreign.status).toBe(2);
    expect(foreign.stderr).toBe(
      "graft train sensor: examples: 'fog' is not a label; the labels are rain, haze.\n",
    );
  });

  it('continues training a sensor with --from', () => {
    // A step at a rate of almost nothing leaves the weights as they were.
    const run = (from: string, to: string) =>
      sensor(to, 'rain+haze', '--from', from, '--steps', '1', '--rate', '1e-12');
    json(folder, ...run('eye', 'finer'));
    const weights = (name: string) => readSensor(join(folder, name)).tensors.get('conv1.weight')!;
    const [before, after] = [weights('eye').data, weights('finer').data];
    for (const [at, value] of after.entries()) expect(value).toBeCloseTo(before[at]!, 8);
    expect(readSensor(join(folder, 'finer')).training).toMatchObject({
      steps: 1,
      from: readSensor(join(folder, 'eye')).training,
    });
    json(folder, ...sensor('third-eye', 'rain+haze', '--steps', '1', '--seed', '5'));
    const resumed = graft(folder, ...run('third-eye', 'finer'), '--resume');
    expect(resumed.status).toBe(4);
    expect(resumed.stderr).toContain('finer');
    const other = graft(folder, ...run('other-eye', 'none'));
    expect(other.status).toBe(4);
    expect(other.stderr).toBe(
      'graft train sensor: other-eye: it detects noise, rain, not rain, haze; name its labels in its order, or start from another.\n',
    );
  });

  it('saves on Ctrl-C, exits with 130 and resumes to the same bytes', async () => {
    const run = (to: string, ...more: string[]) =>
      sensor(to, 'rain+haze', '--steps', '300', ...more);
    json(folder, ...run('whole'));
    const child = spawn(process.execPath, [bin, ...run('parts')], { cwd: folder, stdio: 'ignore' });
    const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
    const log = join(folder, 'parts.log.csv');
    const steps = () => (existsSync(log) ? readFileSync(log, 'utf8').split('\n').length : 0);
    while (steps() < 5 && child.exitCode === null) await setTimeout(20);
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    const { step } = readState(join(folder, 'parts.state.safetensors'));
    expect(step).toBeGreaterThan(0);
    expect(step).toBeLessThan(300);
    json(folder, ...run('parts', '--resume'));
    for (const file of ['/sensor_model.safetensors', '.log.csv'])
      expect(bytes(`parts${file}`).equals(bytes(`whole${file}`)), file).toBe(true);
  });
});
