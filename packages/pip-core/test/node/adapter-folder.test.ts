import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { initAdapter, initSensor } from '@pip-graft/pip-core';
import {
  readAdapter,
  readOwnSensor,
  readSensor,
  resolveAdapter,
  withDigest,
  withSensorDigest,
  writeAdapter,
  writeSensor,
} from '@pip-graft/pip-core/node';
import { readSafetensors, writeSafetensors } from '@pip-graft/weights';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const host = { family: 'unet', sites: [{ level: 1, channels: 8, scale: 1 }] };
const adapter = initAdapter(host, { promptChannels: [8], promptSize: [3], name: '@me/rain' });

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'pip-core-'));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

const written = async (name = 'adapter') => {
  const folder = join(root, name);
  await writeAdapter(folder, adapter);
  return folder;
};

describe('writeAdapter and readAdapter', () => {
  it('round-trip an adapter, with its digest', async () => {
    const folder = await written();
    expect(readAdapter(folder)).toEqual(withDigest(adapter));
    expect(readdirSync(folder).sort()).toEqual([
      'README.md',
      'adapter_config.json',
      'adapter_model.safetensors',
      'package.json',
    ]);
  });

  it('write the same bytes twice, also over an existing adapter', async () => {
    const folder = await written();
    const read = () => readdirSync(folder).map((file) => readFileSync(join(folder, file)));
    const before = read();
    await writeAdapter(folder, adapter);
    expect(read()).toEqual(before);
  });

  it('store tensors in the adapter’s type', async () => {
    const half = { ...adapter, config: { ...adapter.config, dtype: 'float16' as const } };
    const folder = join(root, 'half');
    await writeAdapter(folder, half);
    const { data } = readAdapter(folder).tensors.get('level1.prompt.low_prompt_param')!;
    const original = adapter.tensors.get('level1.prompt.low_prompt_param')!.data;
    const errors = data.map((value, i) => Math.abs(value - original[i]!));
    expect(Math.max(...errors)).toBeGreaterThan(0);
    expect(Math.max(...errors)).toBeLessThan(2e-3);
  });

  it('use the folder’s name without package.json, and need no model card', async () => {
    const folder = await written('plain');
    rmSync(join(folder, 'package.json'));
    rmSync(join(folder, 'README.md'));
    expect(readAdapter(folder)).toMatchObject({ name: 'plain', version: '0.0.0' });
  });

  it('the digest depends on content, not on formatting', async () => {
    const folder = await written();
    const path = join(folder, 'adapter_config.json');
    writeFileSync(path, JSON.stringify(JSON.parse(readFileSync(path, 'utf8'))));
    expect(readAdapter(folder).digest).toBe(withDigest(adapter).digest);
    expect(withDigest({ ...adapter, license: 'MIT' }).digest).not.toBe(withDigest(adapter).digest);
  });
});

describe('writeAdapter', () => {
  it('writes neither into a folder of other files nor over a file', async () => {
    writeFileSync(join(root, 'package.json'), 'mine');
    await expect(writeAdapter(root, adapter)).rejects.toMatchObject({ code: 'WRITE_FAILED' });
    expect(readdirSync(root)).toEqual(['package.json']);
    const file = join(root, 'package.json');
    await expect(writeAdapter(file, adapter)).rejects.toThrow(/it is a file/);
    expect(readFileSync(file, 'utf8')).toBe('mine');
  });

  it.each([
    ['an empty folder', false],
    ['an adapter', true],
  ])('ignores leftovers of a killed run in %s', async (_, there) => {
    const folder = join(root, 'left');
    mkdirSync(folder, { recursive: true });
    if (there) await writeAdapter(folder, adapter);
    const full = '.README.md.4194305-0-00000000-0123456789ab.tmp';
    for (const name of ['.adapter_model.safetensors.4711.tmp', full])
      writeFileSync(join(folder, name), '');
    if (there) expect(readAdapter(folder, { only: true }).config).toEqual(adapter.config);
    await writeAdapter(folder, adapter);
    // Another machine's leftover stays for a day and blocks nothing.
    expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([full]);
    expect(readAdapter(folder, { only: true }).config).toEqual(adapter.config);
  });

  it('does not treat a file of another name as a leftover', async () => {
    const folder = join(root, 'other');
    await writeAdapter(folder, adapter);
    writeFileSync(join(folder, '.evil.js.4711.tmp'), '');
    expect(() => readAdapter(folder, { only: true })).toThrow('.evil.js.4711.tmp');
  });

  it('leaves nothing behind if a target cannot be replaced', async () => {
    const folder = await written();
    rmSync(join(folder, 'README.md'));
    mkdirSync(join(folder, 'README.md', 'in-the-way'), { recursive: true });
    await expect(writeAdapter(folder, adapter)).rejects.toMatchObject({ code: 'WRITE_FAILED' });
    expect(readdirSync(folder).filter((file) => file.endsWith('.tmp'))).toEqual([]);
    expect(readAdapter(folder).name).toBe('@me/rain');
  });

  it('rejects an invalid adapter before it creates a folder', async () => {
    const folder = join(root, 'broken');
    await expect(writeAdapter(folder, { ...adapter, tensors: new Map() })).rejects.toMatchObject({
      code: 'ADAPTER_INVALID',
    });
    expect(readdirSync(root)).toEqual([]);
  });
});

describe('readAdapter', () => {
  it('says what is missing', async () => {
    expect(() => readAdapter(join(root, 'nothing'))).toThrow(
      expect.objectContaining({ code: 'NOT_FOUND' }),
    );
    const folder = await written();
    rmSync(join(folder, 'adapter_model.safetensors'));
    expect(() => readAdapter(folder)).toThrow(/adapter_model\.safetensors.*no such file/);
  });

  it('names a missing tensor', async () => {
    const folder = await written();
    const path = join(folder, 'adapter_model.safetensors');
    const tensors = new Map(readSafetensors(readFileSync(path)).tensors);
    tensors.delete('level1.gate');
    writeFileSync(path, writeSafetensors(tensors));
    expect(() => readAdapter(folder)).toThrow(
      expect.objectContaining({
        code: 'ADAPTER_INVALID',
        message: expect.stringContaining("'level1.gate' is missing"),
      }),
    );
  });

  it('rejects tensors of whole numbers', async () => {
    const folder = await written();
    const path = join(folder, 'adapter_model.safetensors');
    const text = readFileSync(path, 'latin1').replace('"dtype":"F32"', '"dtype":"I32"');
    writeFileSync(path, text, 'latin1');
    expect(() => readAdapter(folder)).toThrow(
      expect.objectContaining({
        code: 'ADAPTER_INVALID',
        message: expect.stringMatching(/tensor '.*' is of type I32, not of a floating-point type/),
      }),
    );
  });

  it('rejects truncated tensors and a huge config', async () => {
    const folder = await written();
    const path = join(folder, 'adapter_model.safetensors');
    writeFileSync(path, readFileSync(path).subarray(0, 500));
    expect(() => readAdapter(folder)).toThrow(expect.objectContaining({ code: 'CORRUPT_FILE' }));
    writeFileSync(join(folder, 'adapter_config.json'), ' '.repeat(1024 * 1024 + 1));
    expect(() => readAdapter(folder)).toThrow(expect.objectContaining({ code: 'LIMIT_EXCEEDED' }));
  });

  it('does not follow a link out of the folder', async () => {
    const folder = await written();
    const path = join(folder, 'adapter_model.safetensors');
    writeFileSync(join(root, 'secret'), readFileSync(path));
    rmSync(path);
    symlinkSync(join(root, 'secret'), path);
    expect(() => readAdapter(folder)).toThrow(expect.objectContaining({ code: 'UNSAFE_FILE' }));
  });
});

describe('resolveAdapter', () => {
  it('finds a folder, absolute or relative', async () => {
    const folder = await written('mine');
    for (const spec of ['mine', './mine', folder]) {
      expect(resolveAdapter(spec, root)).toMatchObject({
        kind: 'adapter',
        folder,
        adapter: { name: '@me/rain' },
      });
    }
  });

  it('finds a package above the working directory, also through a workspace’s link', async () => {
    const folder = await written('packages-rain');
    mkdirSync(join(root, 'node_modules', '@me'), { recursive: true });
    symlinkSync(folder, join(root, 'node_modules', '@me', 'rain'));
    mkdirSync(join(root, 'deep', 'er'), { recursive: true });
    expect(resolveAdapter('@me/rain', join(root, 'deep', 'er'))).toMatchObject({
      adapter: { name: '@me/rain' },
    });
  });

  it('passes init specs through', () => {
    expect(resolveAdapter('init:seed=3', root)).toEqual({ kind: 'init', options: { seed: 3 } });
  });

  it('says that a file is not the folder of an adapter', async () => {
    await written('whole');
    const message = (spec: string) => {
      try {
        return resolveAdapter(spec, root);
      } catch (error) {
        return (error as Error).message;
      }
    };
    for (const spec of ['whole/adapter_model.safetensors', './whole/adapter_config.json'])
      expect(message(spec)).toBe(
        `adapter '${spec}': it is a file; pass ${dirname(spec)}, the folder that it is in.`,
      );
    writeFileSync(join(root, 'grafted.onnx'), 'x');
    expect(message('grafted.onnx')).toBe(
      "adapter 'grafted.onnx': it is a file; pass the folder of an adapter; graft inspect shows the adapters in a grafted model.",
    );
  });

  it('says where it looked and rejects folders that are not adapters', () => {
    expect(() => resolveAdapter('no-such', root)).toThrow(
      expect.objectContaining({
        code: 'NOT_FOUND',
        message: expect.stringContaining('node_modules'),
      }),
    );
    mkdirSync(join(root, 'node_modules', 'other'), { recursive: true });
    expect(() => resolveAdapter('other', root)).toThrow(
      expect.objectContaining({ code: 'ADAPTER_INVALID' }),
    );
    expect(() => resolveAdapter('../no-such', root)).toThrow(
      expect.objectContaining({ code: 'NOT_FOUND' }),
    );
    expect(() => resolveAdapter('', root)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    );
  });
});

describe('a folder whose write was killed between its renames', () => {
  const [config, tensors] = ['adapter_config.json', 'adapter_model.safetensors'];
  /** No system has a process with this id. */
  const nobody = 4194305;
  const interrupt = (folder: string, pid: number, names: readonly [string, string]): void => {
    for (const [index, name] of names.entries()) {
      const kind = index === 0 ? 'new' : 'tmp';
      renameSync(join(folder, name), join(folder, `.${name}.${pid}.${kind}`));
      writeFileSync(join(folder, `.${name}.${pid}.old`), 'of an earlier adapter');
    }
  };

  it('is finished by its reader', async () => {
    const folder = await written();
    interrupt(folder, nobody, [config, tensors]);
    expect(readAdapter(folder)).toEqual(withDigest(adapter));
    expect(readdirSync(folder).sort()).toEqual(['README.md', config, tensors, 'package.json']);
  });

  it('is finished by the reader of a sensor, alone or in an adapter', async () => {
    const folder = await written();
    const home = join(folder, 'sensor');
    const sensor = initSensor({ labels: adapter.config.labels });
    await writeSensor(home, sensor);
    const files = ['sensor_config.json', 'sensor_model.safetensors'] as const;
    interrupt(home, nobody, [...files]);
    expect(readSensor(home)).toEqual(withSensorDigest(sensor));
    interrupt(home, nobody, [...files]);
    expect(readOwnSensor(folder)!.digest).toBe(withSensorDigest(sensor).digest);
    expect(readdirSync(home).sort()).toEqual(['README.md', ...files]);
  });

  it('is named while that run still writes', async () => {
    const folder = await written();
    interrupt(folder, process.pid, [config, tensors]);
    expect(() => readAdapter(folder)).toThrow(
      expect.objectContaining({
        code: 'READ_FAILED',
        message: `${folder}: writing its ${config} has not finished; wait for the run that writes it, or, if there is none, make the folder writable and run this command again.`,
      }),
    );
    expect(readdirSync(folder)).toContain(`.${config}.${process.pid}.new`);
  });
});
