import { readFileSync } from 'node:fs';
import * as common from 'onnxruntime-common';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { importRuntime, loadRuntime, runtimeVersion } from '../../src/session/load-runtime.ts';

afterEach(() => vi.unstubAllEnvs());

const missing = (name: string) => () =>
  Promise.reject(
    Object.assign(new Error(`Cannot find package '${name}'\nstack`), {
      code: 'ERR_MODULE_NOT_FOUND',
    }),
  );

test('reports a missing onnxruntime in one line with what to install, and retries next time', async () => {
  await expect(loadRuntime(missing('@pip-graft/onnxruntime'))).rejects.toMatchObject({
    code: 'DEVICE_UNAVAILABLE',
    message:
      "onnxruntime: cannot be loaded (Cannot find package '@pip-graft/onnxruntime'), so models cannot run; install it with: npm install --include=optional @pip-graft/onnxruntime",
  });
  expect(await loadRuntime()).toHaveProperty('InferenceSession');
});

describe('the package', () => {
  const other = { ...common };

  test('is onnxruntime-node if installed', async () => {
    expect(await importRuntime(undefined, missing('second'))).toHaveProperty('InferenceSession');
  });

  test('is ours otherwise', async () => {
    expect(await importRuntime(missing('onnxruntime-node'), async () => other)).toBe(other);
  });

  test('is not replaced if installed but broken', async () => {
    const broken = () => Promise.reject(new Error('libonnxruntime.so.1: cannot open'));
    await expect(importRuntime(broken, async () => other)).rejects.toThrow('cannot open');
  });
});

test('is the same version in every package', () => {
  const versions = ['onnxruntime', 'onnxruntime-linux', 'onnxruntime-other'].map((name) => {
    const manifest = new URL(`../../../${name}/package.json`, import.meta.url);
    const { dependencies } = JSON.parse(readFileSync(manifest, 'utf8')) as {
      dependencies: Record<string, string>;
    };
    return dependencies['onnxruntime-common'] ?? dependencies['onnxruntime-node'];
  });
  expect(versions).toEqual([runtimeVersion, runtimeVersion, runtimeVersion]);
});

test("onnxruntime's telemetry is off unless the caller enables it", async () => {
  vi.stubEnv('ORT_DISABLE_TELEMETRY', undefined);
  await loadRuntime();
  expect(process.env['ORT_DISABLE_TELEMETRY']).toBe('1');
  vi.stubEnv('ORT_DISABLE_TELEMETRY', '0');
  await loadRuntime();
  expect(process.env['ORT_DISABLE_TELEMETRY']).toBe('0');
});
