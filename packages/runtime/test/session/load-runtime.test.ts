import { readFileSync } from 'node:fs';
import { afterEach, expect, test, vi } from 'vitest';
import { loadRuntime, runtimeVersion } from '../../src/session/load-runtime.ts';

afterEach(() => vi.unstubAllEnvs());

test('a missing onnxruntime-node is one line that says what to install; the next try is a new one', async () => {
  const missing = () => Promise.reject(new Error("Cannot find package 'onnxruntime-node'\nstack"));
  await expect(loadRuntime(missing)).rejects.toMatchObject({
    code: 'DEVICE_UNAVAILABLE',
    message:
      "onnxruntime-node: cannot be loaded (Cannot find package 'onnxruntime-node'), so models cannot run; install it with: npm install --ignore-scripts onnxruntime-node@1.30.0",
  });
  expect(await loadRuntime()).toHaveProperty('InferenceSession');
});

test('the version in that line is the one that the command depends on', () => {
  const manifest = new URL('../../../cli/package.json', import.meta.url);
  const { optionalDependencies } = JSON.parse(readFileSync(manifest, 'utf8')) as {
    optionalDependencies: Record<string, string>;
  };
  expect(optionalDependencies['onnxruntime-node']).toBe(runtimeVersion);
});

test("onnxruntime's telemetry is off unless the caller says otherwise", async () => {
  vi.stubEnv('ORT_DISABLE_TELEMETRY', undefined);
  await loadRuntime();
  expect(process.env['ORT_DISABLE_TELEMETRY']).toBe('1');
  vi.stubEnv('ORT_DISABLE_TELEMETRY', '0');
  await loadRuntime();
  expect(process.env['ORT_DISABLE_TELEMETRY']).toBe('0');
});
