import {
  existsSync,
  linkSync,
  lstatSync,
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
import { bytesSource, GraftError, readModel, readTensor } from '@pip-graft/onnx-graft';
import { digest, openModel, saveModel } from '@pip-graft/onnx-graft/node';
import onnxProto from 'onnx-proto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { richModel } from '../rich-model.ts';

const { onnx } = onnxProto;
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'onnx-graft-'));
  mkdirSync(join(folder, 'host/data'), { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true }));

const external = (name: string, location: string, offset: number, length: number | undefined) => ({
  name,
  dataType: 1,
  dims: [2],
  dataLocation: 1,
  externalData: [
    { key: 'location', value: location },
    { key: 'offset', value: String(offset) },
    ...(length === undefined ? [] : [{ key: 'length', value: String(length) }]),
  ],
});

/**
 * A model with weights in two files, one in a subfolder, at odd offsets, one in a Constant node.
 */
function writeExternal(
  locations = ['weights.bin', 'data/more.bin'],
  weights = 'weights.bin',
): string {
  const path = join(folder, 'host/net.onnx');
  const bytes = onnx.ModelProto.encode({
    irVersion: 8,
    opsetImport: [{ version: 17 }],
    graph: {
      name: 'g',
      node: [
        {
          opType: 'Constant',
          output: ['c'],
          attribute: [{ name: 'value', type: 4, t: external('', locations[1]!, 3, 8) }],
        },
      ],
      initializer: [
        external('a', locations[0]!, 5, 8),
        external('b', locations[0]!, 13, undefined),
      ],
    },
  }).finish();
  writeFileSync(path, bytes);
  writeFileSync(
    join(folder, 'host', weights),
    Buffer.concat([Buffer.alloc(5), Buffer.from(Float32Array.of(1, 2, 3, 4).buffer)]),
  );
  writeFileSync(
    join(folder, 'host/data/more.bin'),
    Buffer.concat([Buffer.alloc(3), Buffer.from(Float32Array.of(5, 6).buffer)]),
  );
  return path;
}

function valuesOf(path: string): number[][] {
  const opened = openModel(path);
  const { model } = opened;
  const constant = model.graph.nodes[0]?.attributes.get('value')?.tensor;
  const tensors = [...model.graph.initializers, ...(constant ? [constant] : [])];
  const values = tensors.map((tensor) => [
    ...new Float32Array(readTensor(model, tensor).slice().buffer),
  ]);
  opened.close();
  return values;
}

const values = [
  [1, 2],
  [3, 4],
  [5, 6],
];

async function failure(run: () => unknown): Promise<GraftError> {
  try {
    await run();
  } catch (error) {
    if (error instanceof GraftError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('saveModel', () => {
  it('copies a file byte for byte', async () => {
    const path = join(folder, 'rich.onnx');
    writeFileSync(path, richModel());
    const opened = openModel(path);
    await saveModel(opened.model, join(folder, 'new/copy.onnx'));
    expect(readFileSync(join(folder, 'new/copy.onnx')).equals(richModel())).toBe(true);
    expect(digest(opened.model.source)).toMatch(/^sha256:[0-9a-f]{64}$/);
    opened.close();
  });

  it('replaces the file it reads from', async () => {
    const path = join(folder, 'rich.onnx');
    writeFileSync(path, richModel());
    await saveModel(openModel(path).model, path);
    expect(readFileSync(path).equals(richModel())).toBe(true);
    expect(readdirSync(folder).sort()).toEqual(['host', 'rich.onnx']);
  });

  it.each(['reference', 'link', 'copy', 'inline'] as const)(
    'keeps external data working in the same folder: %s',
    async (mode) => {
      const opened = openModel(writeExternal());
      const target = join(folder, 'host/out.onnx');
      await saveModel(opened.model, target, { externalData: mode });
      expect(valuesOf(target)).toEqual(values);
    },
  );

  it.each(['link', 'copy', 'inline'] as const)(
    'keeps external data working in another folder: %s',
    async (mode) => {
      const opened = openModel(writeExternal());
      const target = join(folder, 'other/deep/out.onnx');
      await saveModel(opened.model, target, { externalData: mode });
      expect(valuesOf(target)).toEqual(values);
      expect(existsSync(join(folder, 'other/deep/data/more.bin'))).toBe(mode !== 'inline');
      if (mode === 'link')
        expect(statSync(join(folder, 'other/deep/weights.bin')).ino).toBe(
          statSync(join(folder, 'host/weights.bin')).ino,
        );
    },
  );

  it('references data below the target folder, and explains why it cannot above it', async () => {
    const opened = openModel(writeExternal());
    const target = join(folder, 'out.onnx');
    await saveModel(opened.model, target, { externalData: 'reference' });
    expect(valuesOf(target)).toEqual(values);
    const error = await failure(() =>
      saveModel(opened.model, join(folder, 'other/out.onnx'), {
        externalData: 'reference',
      }),
    );
    expect(error.code).toBe('INVALID_ARGUMENT');
    expect(error.message).toContain('cannot be referenced from');
  });

  it('never overwrites a different data file', async () => {
    const opened = openModel(writeExternal());
    mkdirSync(join(folder, 'other'));
    writeFileSync(join(folder, 'other/weights.bin'), 'precious');
    const error = await failure(() => saveModel(opened.model, join(folder, 'other/out.onnx')));
    expect(error.code).toBe('WRITE_FAILED');
    expect(readFileSync(join(folder, 'other/weights.bin'), 'utf8')).toBe('precious');
    expect(existsSync(join(folder, 'other/out.onnx'))).toBe(false);
  });

  it.each(['reference', 'link', 'copy', 'inline'] as const)(
    'never saves a model over its own weights: %s',
    async (mode) => {
      const opened = openModel(writeExternal());
      for (const target of ['host/weights.bin', 'host/data/more.bin']) {
        const save = () => saveModel(opened.model, join(folder, target), { externalData: mode });
        expect((await failure(save)).code).toBe('INVALID_ARGUMENT');
      }
      expect(valuesOf(join(folder, 'host/net.onnx'))).toEqual(values);
    },
  );

  it('checks locations itself, also for a model that was not opened', async () => {
    const path = writeExternal(['../secret.bin', 'data/more.bin']);
    writeFileSync(join(folder, 'secret.bin'), Buffer.alloc(64));
    const read = () => bytesSource(new Uint8Array());
    const external = { folder: join(folder, 'host'), read };
    const model = { ...readModel(bytesSource(readFileSync(path))), external };
    const save = () => saveModel(model, join(folder, 'other/deep/out.onnx'));
    expect((await failure(save)).code).toBe('UNSAFE_FILE');
    expect(existsSync(join(folder, 'other'))).toBe(false);
  });

  it('leaves the target alone if it is a folder or saving is aborted', async () => {
    const path = join(folder, 'rich.onnx');
    writeFileSync(path, richModel());
    const { model } = openModel(path);
    expect((await failure(() => saveModel(model, join(folder, 'host')))).code).toBe('WRITE_FAILED');
    writeFileSync(join(folder, 'kept.onnx'), 'kept');
    const stopped = saveModel(model, join(folder, 'kept.onnx'), { signal: AbortSignal.abort() });
    await expect(stopped).rejects.toThrow(/abort/i);
    expect(readFileSync(join(folder, 'kept.onnx'), 'utf8')).toBe('kept');
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});

describe('openModel', () => {
  it.each([
    '../secret.bin',
    '/etc/passwd',
    'data/../../secret.bin',
    'C:\\secret.bin',
    'data\\more.bin',
  ])('rejects external data at %s', async (location) => {
    const path = writeExternal([location, 'data/more.bin']);
    const error = await failure(() => openModel(path));
    expect(error.code).toBe('UNSAFE_FILE');
    expect(error.message).toContain(location);
  });

  it('rejects symbolic links, and missing or short data', async () => {
    const path = writeExternal();
    rmSync(join(folder, 'host/weights.bin'));
    expect((await failure(() => openModel(path))).code).toBe('NOT_FOUND');
    symlinkSync(join(folder, 'host/data/more.bin'), join(folder, 'host/weights.bin'));
    expect((await failure(() => openModel(path))).code).toBe('UNSAFE_FILE');
    rmSync(join(folder, 'host/weights.bin'));
    writeFileSync(join(folder, 'host/weights.bin'), Buffer.alloc(12));
    const short = await failure(() => openModel(path));
    expect(short.code).toBe('CORRUPT_FILE');
    expect(short.message).toContain('ends at byte 21, but the file has 12');
  });

  it('accepts hard-linked data in its folder', async () => {
    const path = writeExternal();
    linkSync(join(folder, 'host/weights.bin'), join(folder, 'second-name'));
    expect(valuesOf(path)).toEqual(values);
  });

  it('reports a missing path and a folder', async () => {
    expect((await failure(() => openModel(join(folder, 'none.onnx')))).code).toBe('NOT_FOUND');
    expect((await failure(() => openModel(folder))).code).toBe('READ_FAILED');
  });

  it('leaves neither data nor folders when aborted while copying data', async () => {
    const path = writeExternal();
    const big = join(folder, 'host/weights.bin');
    writeFileSync(big, Buffer.concat([readFileSync(big), Buffer.alloc(40 * 1024 * 1024)]));
    const opened = openModel(path);
    const stop = new AbortController();
    const at: number[] = [];
    const saving = saveModel(opened.model, join(folder, 'a/b/net.onnx'), {
      signal: stop.signal,
      onProgress: (done, total) => {
        at.push(done / total);
        stop.abort();
      },
    });
    await expect(saving).rejects.toMatchObject({ name: 'AbortError' });
    // Noticed after 16 MiB of more than 40, not at the end of the file.
    expect(at.at(-1)).toBeLessThan(0.5);
    expect(existsSync(join(folder, 'a'))).toBe(false);
    opened.close();
  });

  it('writes to names of maximum length, with data of such names', async () => {
    const location = `${'d'.repeat(251)}.bin`;
    const opened = openModel(writeExternal([location, 'data/more.bin'], location));
    const target = join(folder, 'out', `${'n'.repeat(250)}.onnx`);
    await saveModel(opened.model, target);
    expect(valuesOf(target)).toEqual(values);
    expect(readdirSync(join(folder, 'out'))).toHaveLength(3);
    opened.close();
  });

  it("writes through a link, with the data beside the link's target", async () => {
    const opened = openModel(writeExternal());
    mkdirSync(join(folder, 'real'));
    symlinkSync('real/net.onnx', join(folder, 'link.onnx'));
    await saveModel(opened.model, join(folder, 'link.onnx'));
    expect(readdirSync(folder).sort()).toEqual(['host', 'link.onnx', 'real']);
    expect(lstatSync(join(folder, 'link.onnx')).isSymbolicLink()).toBe(true);
    expect(valuesOf(join(folder, 'real/net.onnx'))).toEqual(values);
    opened.close();
  });

  it('reports circular links', async () => {
    symlinkSync('b.onnx', join(folder, 'a.onnx'));
    symlinkSync('a.onnx', join(folder, 'b.onnx'));
    const opened = openModel(writeExternal());
    const error = await failure(() => saveModel(opened.model, join(folder, 'a.onnx')));
    expect(error).toMatchObject({ code: 'WRITE_FAILED' });
    expect(error.message).toContain('too many symbolic links');
    opened.close();
  });

  it('is not blocked by leftovers of a killed run', async () => {
    const opened = openModel(writeExternal());
    const target = join(folder, 'out/net.onnx');
    mkdirSync(join(folder, 'out/data'), { recursive: true });
    const left = [
      '.net.onnx.4194305-0.tmp',
      '.weights.bin.4194305.tmp',
      'data/.more.bin.4194305-3.tmp',
    ];
    for (const name of left) writeFileSync(join(folder, 'out', name), '');
    await saveModel(opened.model, target);
    expect(valuesOf(target)).toEqual(values);
    expect(readdirSync(join(folder, 'out'), { recursive: true }).sort()).toEqual([
      'data',
      'data/more.bin',
      'net.onnx',
      'weights.bin',
    ]);
    opened.close();
  });
});
