import {
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
import {
  buildModel,
  GraftError,
  type Model,
  readTensor,
  type TensorBytes,
} from '@pip-graft/onnx-graft';
import { openModel, saveExternalized, saveModel } from '@pip-graft/onnx-graft/node';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inlineExternal } from '../../src/edit/external-data.ts';
import { numberBytes } from '../../src/number/number-bytes.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'onnx-graft-'));
});
afterEach(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);

const count = 512;
const weights = (from: number) =>
  numberBytes(
    Array.from({ length: count }, (_, index) => from + index),
    'float32',
  );

/** y = (x + large) · small */
function host(
  large: TensorBytes = weights(0),
  small: TensorBytes = numberBytes([2], 'float32'),
): Model {
  const value = (name: string) => ({ name, dataType: 'float32', dims: [count] }) as const;
  const node = (opType: string, inputs: string[], output: string) => ({
    name: opType,
    opType,
    domain: '',
    inputs,
    outputs: [output],
    attributes: {},
  });
  return buildModel({
    irVersion: 8,
    opset: 17,
    graphName: 'g',
    producer: { name: 'test', version: '0' },
    nodes: [node('Add', ['x', 'large'], 's'), node('Mul', ['s', 'small'], 'y')],
    initializers: [
      { ...value('large'), data: large },
      { name: 'small', dataType: 'float32', dims: [1], data: small },
    ],
    inputs: [value('x')],
    outputs: [value('y')],
  });
}

async function run(path: string): Promise<number[]> {
  const session = await InferenceSession.create(path, { logSeverityLevel: 3 });
  const { y } = await session.run({ x: new Tensor(new Float32Array(count).fill(1), [count]) });
  await session.release();
  return Array.from(y!.data as Float32Array);
}

const sums = (from: number) => Array.from({ length: count }, (_, index) => 2 * (from + index + 1));
const failure = async (run: Promise<unknown>): Promise<GraftError> => {
  const error = await run.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(GraftError);
  return error as GraftError;
};
const failing: TensorBytes = {
  byteLength: 4,
  load: () => {
    throw new GraftError('READ_FAILED', 'the weights are gone');
  },
};

describe('saveExternalized', () => {
  it('writes two files that onnxruntime runs, with the same tensors', async () => {
    const progress: [number, number][] = [];
    const { data } = await saveExternalized(host(), at('net.onnx'), {
      onProgress: (done, total) => progress.push([done, total]),
    });
    expect(data).toBe(at('net.onnx.data'));
    expect(readdirSync(folder).sort()).toEqual(['net.onnx', 'net.onnx.data']);
    expect([...readFileSync(data!)]).toEqual([...weights(0)]);
    expect(await run(at('net.onnx'))).toEqual(sums(0));
    const opened = openModel(at('net.onnx'));
    const model = inlineExternal(opened.model);
    expect([...readTensor(model, model.graph.initializers[0]!)]).toEqual([...weights(0)]);
    opened.close();
    const [done, total] = progress.at(-1)!;
    expect(done).toBe(total);
    expect(progress[0]![1]).toBe(total);
  });

  it('writes the same bytes twice, over its own files and from them', async () => {
    await saveExternalized(host(), at('net.onnx'));
    const once = ['net.onnx', 'net.onnx.data'].map((name) => readFileSync(at(name)));
    const opened = openModel(at('net.onnx'));
    await saveExternalized(opened.model, at('net.onnx'));
    opened.close();
    expect(['net.onnx', 'net.onnx.data'].map((name) => readFileSync(at(name)))).toEqual(once);
  });

  it('replaces a model and its data together', async () => {
    await saveExternalized(host(weights(0)), at('net.onnx'));
    await saveExternalized(host(weights(7)), at('net.onnx'));
    expect(await run(at('net.onnx'))).toEqual(sums(7));
    expect(readdirSync(folder).sort()).toEqual(['net.onnx', 'net.onnx.data']);
  });

  it('writes no data file for small weights', async () => {
    const { data } = await saveExternalized(host(), at('net.onnx'), { threshold: 1e6 });
    expect(data).toBeUndefined();
    expect(readdirSync(folder)).toEqual(['net.onnx']);
    expect(await run(at('net.onnx'))).toEqual(sums(0));
  });

  it('merges external data from other files into one', async () => {
    mkdirSync(at('a'));
    await saveExternalized(host(weights(3)), at('a/first.onnx'));
    const opened = openModel(at('a/first.onnx'));
    const alone = { ...opened.model, external: undefined };
    expect((await failure(saveExternalized(alone, at('b.onnx')))).code).toBe('NOT_FOUND');
    await saveExternalized(opened.model, at('b.onnx'));
    opened.close();
    rmSync(at('a'), { recursive: true });
    expect(await run(at('b.onnx'))).toEqual(sums(3));
  });

  it("does not overwrite another model's data, unless it is equal", async () => {
    writeFileSync(at('net.onnx.data'), 'of somebody else');
    const error = await failure(saveExternalized(host(), at('net.onnx')));
    expect(error.code).toBe('WRITE_FAILED');
    expect(error.message).toMatch(/is not the model it belongs to/);
    expect(readFileSync(at('net.onnx.data'), 'utf8')).toBe('of somebody else');
    await saveModel(host(), at('net.onnx'));
    expect((await failure(saveExternalized(host(), at('net.onnx')))).code).toBe('WRITE_FAILED');
    writeFileSync(at('net.onnx.data'), weights(0));
    await saveExternalized(host(), at('net.onnx'));
    expect(await run(at('net.onnx'))).toEqual(sums(0));
  });

  it.each([
    ['the data', host(failingLarge())],
    ['the model', host(weights(9), failing)],
  ])('leaves nothing new and keeps the old pair if %s cannot be written', async (_, model) => {
    expect((await failure(saveExternalized(model, at('net.onnx')))).code).toBe('READ_FAILED');
    expect(readdirSync(folder)).toEqual([]);
    await saveExternalized(host(), at('net.onnx'));
    await failure(saveExternalized(model, at('net.onnx')));
    expect(readdirSync(folder).sort()).toEqual(['net.onnx', 'net.onnx.data']);
    expect(await run(at('net.onnx'))).toEqual(sums(0));
  });

  it.runIf(process.platform === 'linux')(
    'leaves nothing of a failed write under a name that is not UTF-8',
    async () => {
      const path = at('caf\udce9.onnx');
      const model = host(weights(9), failing);
      expect((await failure(saveExternalized(model, path))).code).toBe('READ_FAILED');
      expect(readdirSync(folder)).toEqual([]);
    },
  );

  it('keeps the old pair if it is interrupted or a folder is in the way', async () => {
    await saveExternalized(host(), at('net.onnx'));
    const aborted = saveExternalized(host(weights(1)), at('net.onnx'), {
      signal: AbortSignal.abort(new Error('stopped')),
    });
    await expect(aborted).rejects.toThrow('stopped');
    expect(await run(at('net.onnx'))).toEqual(sums(0));
    mkdirSync(at('other.onnx.data'));
    expect((await failure(saveExternalized(host(), at('other.onnx')))).code).toBe('WRITE_FAILED');
    expect(existsSync(at('other.onnx'))).toBe(false);
    expect(readdirSync(folder).sort()).toEqual(['net.onnx', 'net.onnx.data', 'other.onnx.data']);
  });
});

function failingLarge(): TensorBytes {
  return { ...failing, byteLength: 4 * count };
}
