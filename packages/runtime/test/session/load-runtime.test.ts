import { loadRuntime } from '@pip-graft/runtime';
import { expect, test } from 'vitest';

test('a missing onnxruntime-node is one line that says what to install; the next try is a new one', async () => {
  const missing = () => Promise.reject(new Error("Cannot find package 'onnxruntime-node'\nstack"));
  await expect(loadRuntime(missing)).rejects.toMatchObject({
    code: 'DEVICE_UNAVAILABLE',
    message:
      "Models cannot run here: onnxruntime-node did not load (Cannot find package 'onnxruntime-node'). Install it with: npm install onnxruntime-node",
  });
  expect(await loadRuntime()).toHaveProperty('InferenceSession');
});
