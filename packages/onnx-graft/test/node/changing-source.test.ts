import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openModel, saveExternalized, saveModel } from '@pip-graft/onnx-graft/node';
import onnxProto from 'onnx-proto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let folder = '';
let path = '';
let data = '';
const long = new Date(0);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'onnx-graft-'));
  path = join(folder, 'net.onnx');
  data = join(folder, 'w.bin');
  const externalData = [{ key: 'location', value: 'w.bin' }];
  const bytes = onnxProto.onnx.ModelProto.encode({
    irVersion: 8,
    opsetImport: [{ version: 17 }],
    graph: {
      initializer: [
        { name: 'a', dataType: 1, dims: [1000], rawData: new Uint8Array(4000) },
        { name: 'b', dataType: 1, dims: [2], dataLocation: 1, externalData },
      ],
    },
  }).finish();
  writeFileSync(path, bytes);
  writeFileSync(data, new Uint8Array(8));
  // Old enough that even a coarse clock shows a change.
  for (const file of [path, data]) utimesSync(file, long, long);
});
afterEach(() => rmSync(folder, { recursive: true }));

function writeInto(file: string): void {
  const descriptor = openSync(file, 'r+');
  writeSync(descriptor, Buffer.from([7]), 0, 1, statSync(file).size - 5);
  closeSync(descriptor);
}

const target = () => join(folder, 'out/net.onnx');
const refused = { code: 'READ_FAILED', message: expect.stringContaining('it changed while') };

describe('a source that changes while it is read', () => {
  it.each([
    ['the model', () => path],
    ['its data', () => data],
  ])('is rejected and nothing takes its place: %s', async (_, file) => {
    const opened = openModel(path);
    writeInto(file());
    await expect(saveModel(opened.model, target())).rejects.toMatchObject(refused);
    opened.close();
    expect(existsSync(target())).toBe(false);
    // The folder created for it is removed again.
    expect(existsSync(join(folder, 'out'))).toBe(false);
  });

  it('is rejected if it changes during the copy', async () => {
    const opened = openModel(path);
    const onProgress = () => writeInto(path);
    const saved = saveModel(opened.model, target(), { onProgress });
    await expect(saved).rejects.toMatchObject(refused);
    opened.close();
  });

  it('is rejected if its time was set back', async () => {
    const opened = openModel(path);
    writeInto(path);
    utimesSync(path, long, long);
    await expect(saveModel(opened.model, target())).rejects.toMatchObject(refused);
    opened.close();
  });

  it('is rejected when weights are moved out or data is inlined', async () => {
    const opened = openModel(path);
    opened.model.external!.read('w.bin');
    writeInto(data);
    await expect(saveExternalized(opened.model, target())).rejects.toMatchObject(refused);
    const inline = saveModel(opened.model, target(), { externalData: 'inline' });
    await expect(inline).rejects.toMatchObject(refused);
    opened.close();
  });

  it('is unchanged if another file takes its name or it gets a second one', async () => {
    const opened = openModel(path);
    writeFileSync(join(folder, 'new.onnx'), 'other');
    renameSync(join(folder, 'new.onnx'), path);
    await saveModel(opened.model, target(), { externalData: 'link' });
    await saveModel(opened.model, path);
    opened.close();
    expect(readFileSync(path)).toEqual(readFileSync(target()));
  });
});
