import { GraftError } from '@pip-graft/onnx-graft';

/** Where a model may run: `auto` chooses; `cpu` and `cuda` are Node's, `wasm` is a browser's `cpu`. */
export type DeviceChoice = (typeof choices)[number];

const choices = ['auto', 'cpu', 'cuda', 'webgpu', 'wasm'] as const;

/** Rejects what a program without types may pass. Errors: `INVALID_ARGUMENT`. */
export function requireDevice(device: unknown): void {
  if (choices.some((choice) => choice === device)) return;
  throw new GraftError(
    'INVALID_ARGUMENT',
    `device '${device}': use one of ${choices.map((choice) => `'${choice}'`).join(', ')}.`,
  );
}
