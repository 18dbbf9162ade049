import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { readTensor } from '@pip-graft/onnx-graft';
import { checkExternalFile, openModel, saveModel } from '@pip-graft/onnx-graft/node';
import onnxProto from 'onnx-proto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const weights = Buffer.from(Float32Array.of(1, 2).buffer);
let root = '';
let model = '';

/** models--me--net/snapshots/abc/onnx/model.onnx and its data, each a link into blobs. */
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'onnx-graft-')));
  mkdirSync(join(root, 'net/blobs'), { recursive: true });
  mkdirSync(join(root, 'net/snapshots/abc/onnx'), { recursive: true });
  mkdirSync(join(root, 'net/snapshots/other'));
  const location = [{ key: 'location', value: 'model.onnx_data' }];
  const bytes = onnxProto.onnx.ModelProto.encode({
    irVersion: 8,
    opsetImport: [{ version: 17 }],
    graph: {
      initializer: [{ name: 'w', dataType: 1, dims: [2], dataLocation: 1, externalData: location }],
    },
  }).finish();
  writeFileSync(join(root, 'net/blobs/aaaa'), bytes);
  writeFileSync(join(root, 'net/blobs/bbbb'), weights);
  model = join(root, 'net/snapshots/abc/onnx/model.onnx');
  symlinkSync('../../../blobs/aaaa', model);
  linkData('../../../blobs/bbbb');
});
afterEach(() => rmSync(root, { recursive: true }));

function linkData(to: string): void {
  rmSync(`${model}_data`, { force: true });
  symlinkSync(to, `${model}_data`);
}

const unsafe = expect.objectContaining({ code: 'UNSAFE_FILE' });

describe('a model in a hub cache', () => {
  it('reads data through links into its blobs', () => {
    const opened = openModel(model);
    const [tensor] = opened.model.graph.initializers;
    const bytes = readTensor(opened.model, tensor!);
    expect(Buffer.from(bytes)).toEqual(weights);
    opened.close();
  });

  it('reads data through file and folder links within its snapshot', () => {
    writeFileSync(join(root, 'net/snapshots/abc/weights.bin'), weights);
    linkData('../weights.bin');
    openModel(model).close();
    rmSync(join(root, 'net/snapshots/abc/weights.bin'));
    symlinkSync('../../blobs/bbbb', join(root, 'net/snapshots/abc/weights.bin'));
    openModel(model).close();
  });

  it.each(['copy', 'link', 'inline'] as const)('can be saved elsewhere: %s', async (mode) => {
    const opened = openModel(model);
    const target = join(root, 'out/model.onnx');
    await saveModel(opened.model, target, { externalData: mode });
    opened.close();
    if (mode !== 'inline') {
      expect(lstatSync(`${target}_data`).isFile()).toBe(true);
      expect(readFileSync(`${target}_data`)).toEqual(weights);
    }
    openModel(target).close();
  });

  it('never has its data overwritten, under any name', async () => {
    const opened = openModel(model);
    for (const target of [`${model}_data`, join(root, 'net/blobs/bbbb')]) {
      await expect(saveModel(opened.model, target)).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
      });
    }
    opened.close();
    expect(readFileSync(join(root, 'net/blobs/bbbb'))).toEqual(weights);
  });

  it.each([
    ['outside of the cache', '../../../../secret'],
    ['another snapshot', '../../other/secret'],
    ['an absolute path', '/etc/hostname'],
    ['the repository itself', '../../../secret'],
    ['a folder whose name begins alike', '../../../blobs-not/secret'],
    ['nothing', '../../../blobs/none'],
  ])('does not follow a link to %s', (_, to) => {
    mkdirSync(join(root, 'net/blobs-not'));
    for (const at of ['secret', 'net/secret', 'net/snapshots/other/secret', 'net/blobs-not/secret'])
      writeFileSync(join(root, at), weights);
    linkData(to);
    expect(() => openModel(model)).toThrow(unsafe);
  });

  it('says where a link leads, or that its file is gone', () => {
    writeFileSync(join(root, 'secret'), weights);
    linkData('../../../../secret');
    expect(() => openModel(model)).toThrow(`leads to ${join(root, 'secret')}; links are followed`);
    linkData('../../../blobs/none');
    expect(() => openModel(model)).toThrow(/leads nowhere.*gone from the cache; download/);
  });

  it.each(['net/blobs', 'net/snapshots'])('is rejected if %s is a link itself', (folder) => {
    renameSync(join(root, folder), join(root, 'elsewhere'));
    symlinkSync(join(root, 'elsewhere'), join(root, folder));
    expect(() => openModel(model)).toThrow();
  });

  it('follows no links outside a hub cache', () => {
    const folder = join(root, 'plain');
    mkdirSync(folder);
    writeFileSync(join(folder, 'model.onnx'), readFileSync(model));
    writeFileSync(join(folder, 'data'), weights);
    symlinkSync('data', join(folder, 'model.onnx_data'));
    expect(() => openModel(join(folder, 'model.onnx'))).toThrow(unsafe);
  });
});

describe('the message about data', () => {
  const folder = () => join(root, 'net');
  const thrown = (location: string, end?: number): string => {
    try {
      checkExternalFile('m.onnx', folder(), location, end ? { end, tensor: 'w' } : undefined);
    } catch (error) {
      return (error as Error).message;
    }
    return '';
  };

  it.each<readonly [string, string]>([
    ['/etc/hosts', 'is an absolute path'],
    ['C:\\weights.bin', 'is an absolute path'],
    ['../w.bin', "may point outside the model's folder"],
    ['a/../w.bin', "may point outside the model's folder"],
    ...(sep === '/' ? ([['data\\w.bin', 'is a path of Windows']] as const) : []),
  ])('says why %s is not read, and what to do', (location, why) => {
    expect(thrown(location)).toBe(
      `m.onnx: external data '${location}' ${why}, so it is not read; export the model again with its data beside it.`,
    );
  });

  it('says what to do about data that is missing, empty or cut off', () => {
    writeFileSync(join(folder(), 'short'), 'abc');
    writeFileSync(join(folder(), 'empty'), '');
    expect(thrown('gone', 4)).toMatch(/must be copied or downloaded together\.$/);
    expect(thrown('short', 4)).toMatch(/has 3; it is cut off, so copy or download it again\.$/);
    expect(thrown('empty', 4)).toMatch(/has 0; it is empty, so copy or download it again\.$/);
  });
});
