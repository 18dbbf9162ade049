/// <reference lib="dom" />
import { GraftError } from '@pip-graft/onnx-graft';
import type { DeviceChoice } from '../restorer/types.ts';
import type { Build } from './start-runtime.ts';

/** What a page knows of WebGPU; a browser without it has no `gpu`. */
export interface Gpu {
  requestAdapter(): Promise<object | null>;
}

/**
 * Which build of onnxruntime-web to load: the one with WebGPU only where the browser has an adapter.
 *
 * Errors: `DEVICE_UNAVAILABLE` for what a page does not have.
 */
export async function chooseBuild(
  device: DeviceChoice,
  gpu: Gpu | undefined = (navigator as { gpu?: Gpu }).gpu,
): Promise<Build> {
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
