/// <reference lib="dom" />
import { GraftError } from '@pip-graft/onnx-graft';
import type { FromWorker } from './messages.ts';
import type { Build } from './start-runtime.ts';

/** A worker that is ready. */
export interface Started {
  readonly worker: Worker;
  /** Where it must look for wasm files, if it cannot know. */
  readonly wasm?: string;
  /** Blob URL of its script, from which it also starts its threads; revoke it when the worker ends. */
  readonly script?: string;
}

/** Starts a worker with a build; tests pass their own. */
export type StartWorker = (build: Build) => Promise<Started>;

/** The script that this runs in, if it is a classic one, which has no `import.meta`. */
const classic = globalThis.document?.currentScript;
const classicUrl = classic && 'src' in classic && classic.src !== '' ? classic.src : undefined;

/**
 * Starts the package's module worker. Bundlers recognise the `new URL` and bundle the file; without
 * a bundler, or if a page may not load it from elsewhere, the same program runs from a Blob.
 *
 * Errors: `DEVICE_UNAVAILABLE` if neither starts.
 */
export async function startWorker(build: Build): Promise<Started> {
  try {
    const worker = await ready(
      build === 'webgpu'
        ? new Worker(new URL('./webgpu-worker.js', import.meta.url), { type: 'module' })
        : new Worker(new URL('./worker.js', import.meta.url), { type: 'module' }),
    );
    return { worker };
  } catch (first) {
    // The fallback has no WebGPU: its build of onnxruntime would double the size of a page's script.
    const { source } = await import('./worker-source.ts');
    const script = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
    try {
      const wasm = new URL('./', import.meta.url ?? classicUrl ?? globalThis.location.href).href;
      return { worker: await ready(new Worker(script, { type: 'module' })), wasm, script };
    } catch (second) {
      URL.revokeObjectURL(script);
      throw new GraftError(
        'DEVICE_UNAVAILABLE',
        `a worker cannot start here: ${said(first)}, and ${said(second)}; ${adviceOn(first)}.`,
        { cause: first },
      );
    }
  }
}

/** Waits until a worker reports that it is ready. */
function ready(worker: Worker): Promise<Worker> {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      if ('ready' in data) resolve(worker);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      worker.terminate();
      reject(new Error(event.message || 'its script does not load'));
    };
  });
}

/** What a page's author can do: the page's own policy forbids the worker. */
function adviceOn(error: unknown): string {
  return /Trusted/.test(said(error))
    ? "its policy requires trusted types: before, call trustedTypes.createPolicy('default', { createScriptURL: (url) => url })"
    : "allow it with Content-Security-Policy: worker-src 'self' blob:; script-src 'self' 'wasm-unsafe-eval'";
}

function said(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
