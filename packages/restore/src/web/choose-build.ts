/// <reference lib="dom" />
import { GraftError } from '@pip-graft/onnx-graft';
import { type DeviceChoice, requireDevice } from '../restorer/device-choice.ts';
import type { Build } from './start-runtime.ts';

/** WebGPU as a page sees it; a browser without it has no `gpu`. */
interface Gpu {
  requestAdapter(): Promise<object | null>;
}

/**
 * Chooses the build of onnxruntime-web: the one with WebGPU only if the browser has an adapter.
 *
 * Errors: `INVALID_ARGUMENT` for an unknown device; `DEVICE_UNAVAILABLE` for a device that a page does not have.
 */
export async function chooseBuild(
  device: DeviceChoice,
  gpu: Gpu | undefined = (navigator as { gpu?: Gpu }).gpu,
): Promise<Build> {
  requireDevice(device);
  if (device === 'cuda') {
    throw new GraftError(
      'DEVICE_UNAVAILABLE',
      "device 'cuda': a page has none; use 'webgpu', or 'auto'.",
    );
  }
  if (device === 'cpu' || device === 'wasm') return 'wasm';
  const adapter = await gpu?.requestAdapter().catch(() => null);
  if (adapter) return 'webgpu';
  if (device === 'auto') return 'wasm';
  const why = gpu === undefined ? 'this browser or page has no WebGPU' : 'no graphics card answers';
  throw new GraftError('DEVICE_UNAVAILABLE', `device 'webgpu': ${why}; use 'auto'.`);
}
