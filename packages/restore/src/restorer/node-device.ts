import { GraftError } from '@pip-graft/onnx-graft';
import type { Device } from '@pip-graft/runtime';
import type { DeviceChoice, RestorerDevice } from './types.ts';

/** The device that onnxruntime-node gets for a choice. Errors: `DEVICE_UNAVAILABLE` for wasm. */
export function nodeDevice(choice: DeviceChoice): { device: Device; info: RestorerDevice } {
  if (choice === 'wasm') {
    throw new GraftError(
      'DEVICE_UNAVAILABLE',
      "device 'wasm': it is a browser's; use 'cpu' in Node.",
    );
  }
  const device = choice === 'auto' ? 'cpu' : choice;
  const reason =
    choice === 'auto'
      ? "auto is the CPU in Node; pass device: 'cuda' for an NVIDIA card"
      : `device: '${choice}' was asked for`;
  return { device, info: { name: device, reason } };
}
