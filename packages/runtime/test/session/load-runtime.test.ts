import { afterEach, expect, test, vi } from 'vitest';
import { loadRuntime } from '../../src/session/load-runtime.ts';

afterEach(() => vi.unstubAllEnvs());

test('a missing onnxruntime-node is one line that says what to install; the next try is a new one', async () => {
  const missing = () => Promise.reject(new Error("Cannot find package 'onnxruntime-node'\nstack"));
  await expect(loadRuntime(missing)).rejects.toMatchObject({
    code: 'DEVICE_UNAVAILABLE',
    message:
      "onnxruntime-node: cannot be loaded (Cannot find package 'onnxruntime-node'), so models cannot run; install it with: npm install onnxruntime-node --onnxruntime-node-install=skip",
  });
  expect(await loadRuntime()).toHaveProperty('InferenceSession');
});

test("onnxruntime's telemetry is off unless the caller says otherwise", async () => {
  vi.stubEnv('ORT_DISABLE_TELEMETRY', undefined);
  await loadRuntime();
  expect(process.env['ORT_DISABLE_TELEMETRY']).toBe('1');
  vi.stubEnv('ORT_DISABLE_TELEMETRY', '0');
  await loadRuntime();
  expect(process.env['ORT_DISABLE_TELEMETRY']).toBe('0');
});
