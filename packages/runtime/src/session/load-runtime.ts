import { GraftError } from '@pip-graft/onnx-graft';

export type OnnxRuntime = typeof import('onnxruntime-node');

let loaded: Promise<OnnxRuntime> | undefined;

/**
 * onnxruntime-node, imported on first use: a program that only grafts need not have it.
 *
 * From 1.29 on it reports model names, hashes and timings to its maker by default
 * (microsoft/onnxruntime#27379). Loaded from here it does not, unless the caller
 * has set `ORT_DISABLE_TELEMETRY` otherwise; in a worker thread the variable must
 * be set for the whole process.
 *
 * The flag in its message keeps the package's install script from downloading CUDA libraries, whose
 * failure makes npm leave out an optional package without a word.
 *
 * Errors: `DEVICE_UNAVAILABLE` when it is not installed or does not load here.
 */
export function loadRuntime(
  load: () => Promise<OnnxRuntime> = () => import('onnxruntime-node'),
): Promise<OnnxRuntime> {
  process.env['ORT_DISABLE_TELEMETRY'] ??= '1';
  loaded ??= load().then(
    (runtime) => {
      // Every error is thrown as well; the native logger would only repeat it on stderr.
      runtime.env.logLevel = 'fatal';
      return runtime;
    },
    (cause: unknown) => {
      loaded = undefined;
      const reason = cause instanceof Error ? cause.message.split('\n', 1)[0] : String(cause);
      throw new GraftError(
        'DEVICE_UNAVAILABLE',
        `Models cannot run here: onnxruntime-node did not load (${reason}). Install it with: npm install onnxruntime-node --onnxruntime-node-install=skip`,
        { cause },
      );
    },
  );
  return loaded;
}
