import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { initAdapter, initSensor } from '@pip-graft/pip-core';
import {
  packAdapter,
  readAdapter,
  readOwnSensor,
  readSensor,
  resolveSensor,
  writeAdapter,
  writeSensor,
} from '@pip-graft/pip-core/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const labels = ['noise', 'rain'];
const sensor = initSensor({ labels, widths: [4, 4], seed: 1 });
const host = { family: 'unet', sites: [{ level: 1, channels: 8, scale: 1 }], fingerprint: 'f' };
const adapter = initAdapter(host, { labels, promptChannels: [8], promptSize: [3] });

let root: string;
let folder: string;
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'pip-core-'));
  folder = join(root, 'tells');
  await writeSensor(folder, sensor);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const refusal = (code: string, message: RegExp) =>
  expect.objectContaining({ code, message: expect.stringMatching(message) });
const config = () =>
  JSON.parse(readFileSync(join(folder, 'sensor_config.json'), 'utf8')) as Record<string, unknown>;
const edit = (change: Record<string, unknown>) =>
  writeFileSync(join(folder, 'sensor_config.json'), JSON.stringify({ ...config(), ...change }));
const thrown = (read: () => unknown): unknown => {
  try {
    return read();
  } catch (error) {
    return error;
  }
};

describe('a sensor folder', () => {
  it('reads back as it was written, with a digest', () => {
    const read = readSensor(folder);
    expect(read).toMatchObject({ name: 'tells', config: sensor.config, training: null });
    expect(read.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    for (const [name, { dims, data }] of sensor.tensors)
      expect(read.tensors.get(name)).toEqual({ dims, data });
  });

  it.each([
    [{ labels: [] }, /label/],
    [{ hidden: 0 }, /width 0 is not a whole number from 1 to 512/],
    [{ hidden: 8 }, /tensor 'hidden.weight' has shape/],
    [{ local: 8 }, /tensor 'place1.weight' has shape/],
    [{ hidden: undefined }, /'hidden' is missing/],
    [{ sure: { from: 0.9, full: 0.9 } }, /sure from 0.9 to 0.9; it takes 0 ≤ from < full ≤ 1/],
    [
      { sure: { from: 0.5, full: 0.9, labels: { rain: { from: 0.7, full: 0.6 } } } },
      /sure of 'rain' from 0.7 to 0.6; it takes 0 ≤ from < full ≤ 1/,
    ],
    [
      { sure: { from: 0.5, full: 0.9, labels: { fog: { from: 0.1, full: 0.6 } } } },
      /sure of 'fog', which is not one of its labels/,
    ],
    [{ sure: { from: 0.5, full: 0.9, kind: 'softmax' } }, /'kind' is not a key/],
    [{ labels: ['noise', 'noise'] }, /noise/],
    [{ widths: [4, 1e9] }, /width 1000000000 is not a whole number from 1 to 512/],
    [{ widths: Array.from({ length: 99 }, () => 4) }, /99 widths; it has 1 to 8 convolutions/],
    [{ widths: [4, 8] }, /tensor 'conv2.weight' has shape/],
    [{ format_version: 2 }, /format version 2/],
    [{ scripts: {} }, /'scripts' is not a key/],
    [{ training: {} }, /empty record/],
  ])('is rejected with %j in its config', (change, message) => {
    edit(change);
    expect(thrown(() => readSensor(folder))).toEqual(refusal('ADAPTER_INVALID', message));
  });

  it('is rejected if missing, a file, truncated or a link out of its folder', () => {
    expect(thrown(() => readSensor(join(root, 'none')))).toEqual(refusal('NOT_FOUND', /none/));
    const tensors = join(folder, 'sensor_model.safetensors');
    expect(thrown(() => readSensor(tensors))).toEqual(
      refusal('READ_FAILED', /a sensor is a folder/),
    );
    const bytes = readFileSync(tensors);
    writeFileSync(tensors, bytes.subarray(0, bytes.length - 8));
    expect(thrown(() => readSensor(folder))).toEqual(refusal('CORRUPT_FILE', /safetensors/));
    rmSync(tensors);
    writeFileSync(join(root, 'elsewhere'), bytes);
    symlinkSync(join(root, 'elsewhere'), tensors);
    expect(thrown(() => readSensor(folder))).toEqual(
      refusal('UNSAFE_FILE', /link out of its folder/),
    );
  });

  it('is not written over something else', async () => {
    rmSync(join(folder, 'sensor_config.json'));
    await expect(writeSensor(folder, sensor)).rejects.toEqual(
      refusal('WRITE_FAILED', /is not a sensor/),
    );
  });
});

describe('an adapter that carries a sensor', () => {
  const own = () => join(root, 'adapter');
  const packed = () => join(root, 'node_modules', 'rain');
  beforeEach(async () => {
    await writeAdapter(own(), adapter);
    await writeSensor(join(own(), 'sensor'), sensor);
  });

  it('provides it', () => {
    expect(readOwnSensor(own())).toMatchObject({ name: 'adapter', config: { labels } });
    expect(resolveSensor('./adapter', root).digest).toBe(readSensor(folder).digest);
    rmSync(join(own(), 'sensor'), { recursive: true });
    expect(readOwnSensor(own())).toBeUndefined();
    expect(thrown(() => resolveSensor('./adapter', root))).toEqual(
      refusal('NOT_FOUND', /carries no sensor/),
    );
  });

  it('is packed with it, and rejected if the sensor changed since', async () => {
    await packAdapter(own(), packed(), { name: 'rain', license: 'MIT' });
    const manifest = JSON.parse(readFileSync(join(packed(), 'package.json'), 'utf8'));
    expect(manifest.files).toContain('sensor');
    expect(manifest.exports).toHaveProperty(['./sensor/sensor_config.json']);
    expect(resolveSensor('rain', root).digest).toBe(readSensor(folder).digest);
    expect(readAdapter(packed()).config.labels).toEqual(labels);
    // Packed again in place, it has the same bytes.
    const before = readFileSync(join(packed(), 'package.json'), 'utf8');
    await packAdapter(packed(), packed(), { license: 'MIT' });
    expect(readFileSync(join(packed(), 'package.json'), 'utf8')).toBe(before);
    const other = initSensor({ labels, widths: [4, 4], seed: 2 });
    await writeSensor(join(packed(), 'sensor'), other);
    expect(thrown(() => resolveSensor('rain', root))).toEqual(refusal('CORRUPT_FILE', /digest/));
    rmSync(join(packed(), 'sensor'), { recursive: true });
    expect(thrown(() => resolveSensor('rain', root))).toEqual(
      refusal(
        'CORRUPT_FILE',
        /sensor_model.safetensors: it is missing|sensor_config.json: it is missing/,
      ),
    );
  });

  it('rejects other files in a packed sensor, and links out of the adapter', async () => {
    await packAdapter(own(), packed(), { name: 'rain', license: 'MIT' });
    writeFileSync(join(packed(), 'sensor', 'install.js'), '');
    expect(thrown(() => resolveSensor('rain', root))).toEqual(refusal('UNSAFE_FILE', /install.js/));
    rmSync(join(own(), 'sensor'), { recursive: true });
    cpSync(folder, join(root, 'outside'), { recursive: true });
    symlinkSync(join(root, 'outside'), join(own(), 'sensor'));
    expect(thrown(() => readOwnSensor(own()))).toEqual(refusal('UNSAFE_FILE', /link out/));
  });
});
