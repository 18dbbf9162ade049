import { expect, test } from 'vitest';
import { ownTensor, runtimeMessage } from '../../src/session/run-model.ts';

// As thrown by onnxruntime-node 1.30.0.
test.each([
  [
    '/onnxruntime_src/onnxruntime/core/providers/webgpu/webgpu_context.cc:136 onnxruntime::webgpu::WebGpuContext::Initialize(const onnxruntime::webgpu::WebGpuContextConfig&)::<lambda()> adapter_result.status == wgpu::RequestAdapterStatus::Success was false. Failed to get a WebGPU adapter: No supported adapters\n',
    'Failed to get a WebGPU adapter: No supported adapters',
  ],
  [
    'Failed to load model because protobuf parsing failed.',
    'Failed to load model because protobuf parsing failed.',
  ],
  [
    '/onnxruntime_src/onnxruntime/core/providers/cuda/cuda_call.cc:154 std::conditional_t<THRW, void, onnxruntime::common::Status> onnxruntime::CudaCall(ERRTYPE, const char*, const char*, SUCCTYPE, const char*, const char*, int) [with ERRTYPE = cudaError; bool THRW = true; SUCCTYPE = cudaError; std::conditional_t<THRW, void, common::Status> = void] /onnxruntime_src/onnxruntime/core/providers/cuda/cuda_call.cc:146 std::conditional_t<THRW, void, onnxruntime::common::Status> onnxruntime::CudaCall(ERRTYPE, const char*, const char*, SUCCTYPE, const char*, const char*, int) [with ERRTYPE = cudaError; bool THRW = true; SUCCTYPE = cudaError; std::conditional_t<THRW, void, common::Status> = void] CUDA failure 35: CUDA driver version is insufficient for CUDA runtime version ; GPU=-1 ; hostname=vm ; file=/onnxruntime_src/onnxruntime/core/providers/cuda/cuda_execution_provider.cc ; line=352 ; expr=cudaSetDevice(info_.device_id); \n\n',
    'CUDA failure 35: CUDA driver version is insufficient for CUDA runtime version (cudaSetDevice(info_.device_id))',
  ],
  ['[ONNXRuntimeError] : 1 : FAIL : Bad node\n', 'Bad node'],
  ['', 'no reason given'],
])('%j', (thrown, line) => {
  expect(runtimeMessage(new Error(thrown))).toBe(line);
});

test('float16 is bits, whatever array onnxruntime holds it in', () => {
  // 0.5 and -2; a Float16Array, which Node has from 24 on, has the same bytes.
  const view = new Int16Array([0, 0x3800, 0xc000]).subarray(1);
  expect(ownTensor('float16', [2], view)).toEqual({
    type: 'float16',
    dims: [2],
    data: Uint16Array.of(0x3800, 0xc000),
  });
  const floats = Float32Array.of(1, 2);
  expect(ownTensor('float32', [2], floats).data).toBe(floats);
});
