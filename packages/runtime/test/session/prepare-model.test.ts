import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import onnxProto from 'onnx-proto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { prepareModel } from '../../src/session/prepare-model.ts';

const weights = Buffer.from([1, 2, 3, 4, 5, 6, 7, 8]);
const bytes = onnxProto.onnx.ModelProto.encode({
  irVersion: 8,
  opsetImport: [{ version: 17 }],
  graph: {
    initializer: [
      {
        name: 'w',
        dataType: 1,
        dims: [2],
        dataLocation: 1,
        externalData: [{ key: 'location', value: 'net.onnx_data' }],
      },
    ],
  },
}).finish();
let root = '';
let model = '';
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'runtime-')));
  mkdirSync(join(root, 'blobs'));
  mkdirSync(join(root, 'snapshots/abc'), { recursive: true });
  model = join(root, 'snapshots/abc/net.onnx');
  writeFileSync(join(root, 'blobs/bbbb'), weights);
  symlinkSync('../../blobs/bbbb', `${model}_data`);
});
afterEach(() => rmSync(root, { recursive: true }));

describe('prepareModel, for a model in a hub cache', () => {
  it('loads it as it is if model and data are blobs', async () => {
    writeFileSync(join(root, 'blobs/aaaa'), bytes);
    symlinkSync('../../blobs/aaaa', model);
    const prepared = await prepareModel(model);
    expect(prepared.load).toBe(model);
    await prepared.dispose();
  });

  it('puts model and data beside each other if onnxruntime would refuse the link', async () => {
    writeFileSync(model, bytes);
    const prepared = await prepareModel(model);
    expect(prepared.load).not.toBe(model);
    const home = dirname(prepared.load as string);
    expect(readFileSync(join(home, 'net.onnx_data'))).toEqual(weights);
    await prepared.dispose();
  });
});
