import { GraftError } from '@pip-graft/onnx-graft';

export type OnnxRuntime = typeof import('onnxruntime-common');

/** Tested version of onnxruntime, and the one in `@pip-graft/onnxruntime`. */
export const runtimeVersion = '1.30.0';

let loaded: Promise<OnnxRuntime> | undefined;

/**
 * Imports onnxruntime on first use, so that a program that only grafts does not need it:
 * onnxruntime-node if it is installed, which can have CUDA, else `@pip-graft/onnxruntime`.
 *
 * Since 1.29 it reports model names, hashes and timings to its vendor by default
 * (microsoft/onnxruntime#27379). This function disables that, unless the caller has set
 * `ORT_DISABLE_TELEMETRY`; in a worker thread, the variable must be set for the whole process.
 *
 * Errors: `DEVICE_UNAVAILABLE` if it is not installed or does not load.
 */
export function loadRuntime(
  load: () => Promise<OnnxRuntime> = importRuntime,
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
        `onnxruntime: cannot be loaded (${reason}), so models cannot run; install it with: npm install --include=optional @pip-graft/onnxruntime`,
        { cause },
      );
    },
  );
  return loaded;
}

/** Imports the first package that is installed; if it does not load, that is an error. */
export async function importRuntime(
  first: () => Promise<OnnxRuntime> = () => import('onnxruntime-node'),
  second: () => Promise<OnnxRuntime> = () => import('@pip-graft/onnxruntime'),
): Promise<OnnxRuntime> {
  try {
    return await first();
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    // Yarn's Plug'n'Play names it without ERR_.
    if (!code?.endsWith('MODULE_NOT_FOUND')) throw cause;
    return second();
  }
}
