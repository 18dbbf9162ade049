import { GraftError } from '@pip-graft/onnx-graft';

export type OnnxRuntime = typeof import('onnxruntime-node');

/** What is tested, and what the command depends on. */
export const runtimeVersion = '1.30.0';

let loaded: Promise<OnnxRuntime> | undefined;

/**
 * Imports onnxruntime-node on first use, so that a program that only grafts does not need it.
 *
 * Since 1.29 it reports model names, hashes and timings to its vendor by default
 * (microsoft/onnxruntime#27379). This function disables that, unless the caller has set
 * `ORT_DISABLE_TELEMETRY`; in a worker thread, the variable must be set for the whole process.
 *
 * The flag in the error message keeps npm from running the package's install script, which downloads
 * CUDA libraries; if that fails, npm silently omits an optional package. All else is in the package.
 *
 * Errors: `DEVICE_UNAVAILABLE` when it is not installed or does not load.
 */
export function loadRuntime(
  load: () => Promise<OnnxRuntime> = () => import('onnxruntime-node'),
): Promise<OnnxRuntime> {
  process.env['ORT_DISABLE_TELEMETRY'] ??= '1';
  loaded ??= load().then(
    (runtime) => {
      // Errors are thrown; the native logger would only repeat them on stderr.
      runtime.env.logLevel = 'fatal';
      return runtime;
    },
    (cause: unknown) => {
      loaded = undefined;
      const reason = cause instanceof Error ? cause.message.split('\n', 1)[0] : String(cause);
      throw new GraftError(
        'DEVICE_UNAVAILABLE',
        `onnxruntime-node: cannot be loaded (${reason}), so models cannot run; install it with: npm install --ignore-scripts onnxruntime-node@${runtimeVersion}`,
        { cause },
      );
    },
  );
  return loaded;
}
