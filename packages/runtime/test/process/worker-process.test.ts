import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSession, runModel, WorkerProcess } from '@pip-graft/runtime';
import { bytesOf, halvingModel, node, tinyModel } from '@pip-graft/test-utils';
import { float32Tensor } from '@pip-graft/weights';
import { afterAll, afterEach, expect, test } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'pip-graft-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

const path = join(folder, 'half.onnx');
writeFileSync(path, bytesOf(halvingModel()));
const options = {
  label: 'half',
  device: 'cpu',
  deviceId: 0,
  optimisation: 'basic',
  strict: true,
} as const;
const feeds = { input: float32Tensor([1, 3, 1, 2], [1, 2, 3, 4, 5, 6]) };

let worker: WorkerProcess | undefined;
afterEach(() => worker?.close());

test('returns results with their types', async () => {
  worker = new WorkerProcess('half');
  const { inputs } = await worker.call('open', { path, options });
  expect(inputs).toEqual([{ name: 'input', type: 'float32', dims: ['b', 3, 'h', 'w'] }]);
  const { output } = await worker.call('run', { feeds, fetches: ['output'] });
  expect(output).toEqual({
    type: 'float32',
    dims: [1, 3, 1, 2],
    data: Float32Array.from([0.5, 1, 1.5, 2, 2.5, 3]),
  });
});

test('passes an error in it on as the same error', async () => {
  worker = new WorkerProcess('half');
  await expect(
    worker.call('open', { path: join(folder, 'missing.onnx'), options }),
  ).rejects.toMatchObject({ name: 'GraftError', code: 'RUNTIME_FAILED' });
});

test('a killed process, as by the OOM killer, ends the call with the signal', async () => {
  worker = new WorkerProcess('half');
  await worker.call('open', { path, options });
  process.kill(worker.pid!, 'SIGSTOP');
  const waiting = worker.call('run', { feeds, fetches: undefined });
  process.kill(worker.pid!, 'SIGKILL');
  await expect(waiting).rejects.toMatchObject({
    code: 'RUNTIME_FAILED',
    message: 'half: its worker process was killed by SIGKILL.',
  });
});

test('a crash fails every later call, too', async () => {
  worker = new WorkerProcess('half');
  await worker.call('open', { path, options });
  process.kill(worker.pid!, 'SIGABRT');
  const message = 'half: its worker process was killed by SIGABRT.';
  await expect(worker.call('run', { feeds, fetches: undefined })).rejects.toThrow(message);
  await expect(worker.call('release', null)).rejects.toThrow(message);
});

test('a hang is killed at its time limit', async () => {
  worker = new WorkerProcess('half', { timeout: 400 });
  const { pid } = worker;
  process.kill(pid!, 'SIGSTOP');
  await expect(worker.call('open', { path, options })).rejects.toThrow(
    'half: its worker process did not answer within 0.4 s and was killed',
  );
  await worker.close();
  expect(() => process.kill(pid!, 0)).toThrow('ESRCH');
});

test('an aborted signal stops it', async () => {
  const abort = new AbortController();
  worker = new WorkerProcess('half', { signal: abort.signal });
  const waiting = worker.call('open', { path, options });
  abort.abort();
  await expect(waiting).rejects.toThrow('was stopped');
});

test('running out of memory is an error, not a crash', async () => {
  const shape = BigInt64Array.from([1n << 30n, 1n << 10n]);
  const bomb = tinyModel({
    nodes: [node('Expand', ['input', 'shape'], 'output')],
    inputs: [{ name: 'input', dataType: 'float32', dims: [1, 1] }],
    outputs: [{ name: 'output', dataType: 'float32', dims: [null, null] }],
    initializers: [
      { name: 'shape', dataType: 'int64', dims: [2], data: new Uint8Array(shape.buffer) },
    ],
  });
  const session = await createSession(bytesOf(bomb), { isolation: {}, optimisation: 'disabled' });
  await expect(runModel(session, { input: float32Tensor([1, 1], [1]) })).rejects.toMatchObject({
    code: 'RUNTIME_FAILED',
    message: expect.stringMatching(/memory|alloc/i),
  });
  await session.release();
});

test.skipIf(process.platform !== 'linux')('receives variables for native libraries', async () => {
  worker = new WorkerProcess('half', { env: { NVIDIA_TF32_OVERRIDE: '0' } });
  await worker.call('open', { path, options });
  const environment = readFileSync(`/proc/${worker.pid}/environ`, 'utf8').split('\0');
  expect(environment).toContain('NVIDIA_TF32_OVERRIDE=0');
  expect(environment).toContain('ORT_DISABLE_TELEMETRY=1');
});
