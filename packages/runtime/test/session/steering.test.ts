import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { difference, imageOf, imageTensor } from '@pip-graft/imaging';
import { openModel } from '@pip-graft/onnx-graft/node';
import { degradationTensor } from '@pip-graft/restore';
import { createSession, runModel } from '@pip-graft/runtime';
import { graftedFiles, labels, tinyUnet } from '@pip-graft/test-utils';
import { validateGraft } from '@pip-graft/validate';
import { float32Tensor, toFloat32 } from '@pip-graft/weights';
import protos from 'onnx-proto';
import type { InferenceSession } from 'onnxruntime-common';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { loadRuntime } from '../../src/session/load-runtime.ts';

const { onnx } = protos;
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pip-graft-test-'));
  mkdirSync(join(folder, 'tmp'));
  vi.stubEnv('TMPDIR', join(folder, 'tmp'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

const input = imageTensor([
  imageOf(
    8,
    8,
    Float32Array.from({ length: 192 }, (_, i) => (i % 13) / 13),
  ),
]);
const one = (label: string) => degradationTensor([labels.map((name) => (name === label ? 1 : 0))]);

async function output(model: Parameters<typeof createSession>[0], feeds = {}) {
  const session = await createSession(model, { optimisation: 'basic', threads: 1 });
  const name = session.outputs[0]!.name;
  const result = await runModel(session, { input, ...feeds });
  await session.release();
  return toFloat32(result[name]!);
}

const apart = (a: { data: Float32Array }, b: { data: Float32Array }) => difference(a, b).maxAbs;

// onnxruntime-node itself ignores values fed to an input with a default.
test.each(['path', 'bytes', 'model'])(
  'a graft from a %s is steered by its inputs, which may be omitted',
  async (form) => {
    const { grafted, base, model } = await graftedFiles(folder, { trained: true });
    const source = { path: grafted, bytes: readFileSync(grafted), model }[form]!;
    const plain = await output(source);
    const uniform = degradationTensor([labels.map(() => 1 / 3)]);
    expect(
      await output(source, { degradation: uniform, strength: float32Tensor([], [1]) }),
    ).toEqual(plain);
    expect(apart(await output(source, { degradation: one('rain') }), plain)).toBeGreaterThan(1e-4);
    expect(
      apart(
        await output(source, { degradation: one('haze') }),
        await output(source, { degradation: one('rain') }),
      ),
    ).toBeGreaterThan(1e-4);
    expect(
      apart(await output(source, { strength: float32Tensor([], [0]) }), await output(base)),
    ).toBe(0);
  },
);

test('weights in another file: links them beside a private copy, and removes that', async () => {
  const inside = await graftedFiles(folder, { trained: true, host: tinyUnet() });
  const expected = await output(inside.grafted, { degradation: one('rain') });
  writeExternal(inside.grafted);
  writeExternal(inside.base);
  const session = await createSession(inside.grafted, { optimisation: 'basic', threads: 1 });
  const got = await runModel(session, { input, degradation: one('rain') });
  expect(apart(toFloat32(Object.values(got)[0]!), expected)).toBe(0);
  await session.release();
  expect(readdirSync(join(folder, 'tmp'))).toEqual([]);

  const opened = openModel(inside.grafted);
  expect(await output(opened.model, { degradation: one('rain') })).toEqual(expected);
  opened.close();

  const only = ['loads', 'upstream tensors', 'strength 0, as written', 'labels steer', 'memory'];
  const { checks } = await validateGraft({ ...inside, sizeMultiple: 4, only });
  expect(checks.map(({ status }) => status)).toEqual(only.map(() => 'passed'));
  expect(readdirSync(join(folder, 'tmp'))).toEqual([]);
});

test('weights in another file: releases once, and removes the copy even if that fails', async () => {
  const create = vi.spyOn((await loadRuntime()).InferenceSession, 'create');
  const { grafted } = await graftedFiles(folder, { trained: true, host: tinyUnet() });
  writeExternal(grafted);
  const opened = openModel(grafted);
  const session = await createSession(opened.model, { optimisation: 'basic', threads: 1 });
  await session.release();
  expect(await session.release()).toBeUndefined();

  const failing = await createSession(opened.model, { optimisation: 'basic', threads: 1 });
  const native: InferenceSession = await create.mock.results[1]!.value;
  const release = vi.spyOn(native, 'release').mockRejectedValue(new Error('lost'));
  expect(readdirSync(join(folder, 'tmp'))).toHaveLength(1);
  for (const _ of [1, 2]) await expect(failing.release()).rejects.toThrow('lost');
  expect(release.mock.calls).toHaveLength(1);
  expect(readdirSync(join(folder, 'tmp'))).toEqual([]);
  vi.restoreAllMocks();
  await native.release();
  opened.close();
});

/** Moves every large tensor of a file into one file beside it. */
function writeExternal(path: string): void {
  const model = onnx.ModelProto.decode(readFileSync(path));
  const location = `${path.split('/').at(-1)}.data`;
  const parts: Uint8Array[] = [];
  let offset = 0;
  for (const tensor of model.graph!.initializer!) {
    const raw = tensor.rawData!;
    // Inputs' defaults stay inside, as in grafted files.
    if (raw.length < 64) continue;
    parts.push(raw);
    tensor.externalData = [
      { key: 'location', value: location },
      { key: 'offset', value: String(offset) },
      { key: 'length', value: String(raw.length) },
    ];
    tensor.dataLocation = 1;
    delete (tensor as { rawData?: unknown }).rawData;
    offset += raw.length;
  }
  writeFileSync(join(path, '..', location), Buffer.concat(parts));
  writeFileSync(path, onnx.ModelProto.encode(model).finish());
}
