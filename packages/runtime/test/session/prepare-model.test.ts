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
import { bytesSource, type Model, readModel, readTensor } from '@pip-graft/onnx-graft';
import { tinyUnet } from '@pip-graft/test-utils';
import { decodeFloats } from '@pip-graft/weights';
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

describe('widening', () => {
  it('turns a float16 model into one of float32, in memory', async () => {
    const half = tinyUnet('float16');
    const prepared = await prepareModel(half, { widen: true });
    const wide = readModel(bytesSource(prepared.load as Uint8Array, 'wide'));
    expect(wide.graph.inputs[0]!.dataType).toBe('float32');
    expect(new Set(wide.graph.initializers.map(({ dataType }) => dataType))).toEqual(
      new Set(['float32']),
    );
    const first = (model: Model) => {
      const tensor = model.graph.initializers[0]!;
      return [...decodeFloats(readTensor(model, tensor), tensor.dataType as 'float32')];
    };
    expect(first(wide)).toEqual(first(half));
  });

  it('leaves a float32 model as it is', async () => {
    const model = tinyUnet();
    const asIs = await prepareModel(model);
    const prepared = await prepareModel(model, { widen: true });
    expect(prepared.load).toEqual(asIs.load);
  });
});
