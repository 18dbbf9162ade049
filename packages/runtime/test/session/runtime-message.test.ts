import { runtimeMessage } from '@pip-graft/runtime';
import { expect, test } from 'vitest';

// As onnxruntime-node 1.30.0 threw them.
test.each([
  [
    '/onnxruntime_src/onnxruntime/core/providers/webgpu/webgpu_context.cc:136 onnxruntime::webgpu::WebGpuContext::Initialize(const onnxruntime::webgpu::WebGpuContextConfig&)::<lambda()> adapter_result.status == wgpu::RequestAdapterStatus::Success was false. Failed to get a WebGPU adapter: No supported adapters\n',
    'Failed to get a WebGPU adapter: No supported adapters',
  ],
  [
    'Failed to load model because protobuf parsing failed.',
    'Failed to load model because protobuf parsing failed.',
  ],
  ['[ONNXRuntimeError] : 1 : FAIL : Bad node\n', 'Bad node'],
  ['', 'no reason given'],
])('%j', (thrown, line) => {
  expect(runtimeMessage(new Error(thrown))).toBe(line);
});
