/// <reference lib="dom" />
import { GraftError } from '@pip-graft/onnx-graft';
import type { RestorerDevice } from '../restorer/types.ts';
import { convolution } from './convolution.ts';
import type { OpenRequest } from './messages.ts';
import { proveWebgpu } from './prove-webgpu.ts';
import type { WebRuntime } from './web-session.ts';

/** More threads than this wait for each other on convolutions of tiles. */
const mostThreads = 16;

/** onnxruntime's file for each of its builds. */
export const wasmFiles = {
  wasm: 'ort-wasm-simd-threaded.wasm',
  webgpu: 'ort-wasm-simd-threaded.asyncify.wasm',
} as const;

/** Which build of onnxruntime-web a worker has. */
export type Build = keyof typeof wasmFiles;

/**
 * Starts onnxruntime in a worker and chooses the device.
 *
 * Errors: `DEVICE_UNAVAILABLE` when the wasm file is not found, with the line that fixes it, or when WebGPU was asked
 * for and does not work here.
 */
export async function startRuntime(
  runtime: WebRuntime,
  build: Build,
  { device, threads: asked, wasm }: OpenRequest,
): Promise<RestorerDevice> {
  const { wasm: env } = runtime.env;
  runtime.env.logLevel = 'fatal';
  const threads = self.crossOriginIsolated
    ? (asked ?? Math.min(navigator.hardwareConcurrency, mostThreads))
    : 1;
  env.numThreads = threads;
  const file = wasmFiles[build];
  const address = wasm?.endsWith('/') ? wasm + file : wasm;
  if (address !== undefined) env.wasmPaths = { wasm: address };
  await start(runtime).catch((cause: unknown) => {
    throw new GraftError(
      'DEVICE_UNAVAILABLE',
      wasmMissing(file, address, runtime.env.versions.web, cause),
      { cause },
    );
  });
  const why = build === 'webgpu' ? await proveWebgpu(runtime) : undefined;
  if (build === 'webgpu' && why === undefined) {
    return { name: 'webgpu', reason: 'a small convolution gave the same values as wasm' };
  }
  if (device === 'webgpu') throw new GraftError('DEVICE_UNAVAILABLE', `device 'webgpu': ${why}.`);
  return wasmDevice(runtime, why);
}

/** wasm as a device, after `why` it is not WebGPU. */
export function wasmDevice(runtime: WebRuntime, why: string | undefined): RestorerDevice {
  const threads = runtime.env.wasm.numThreads;
  const speed = self.crossOriginIsolated
    ? `${threads} ${threads === 1 ? 'thread' : 'threads'}`
    : '1 thread, because the page is not cross-origin isolated (send Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp)';
  return { name: 'wasm', reason: `${why === undefined ? '' : `${why}; `}${speed}` };
}

/** Any session loads the wasm file. */
async function start(runtime: WebRuntime): Promise<void> {
  const session = await runtime.InferenceSession.create(convolution(), {
    executionProviders: ['wasm'],
    logSeverityLevel: 4,
  });
  await session.release();
}

function wasmMissing(
  file: string,
  address: string | undefined,
  version: string | undefined,
  cause: unknown,
): string {
  const reason = cause instanceof Error ? cause.message.split('\n', 1)[0]! : String(cause);
  const place = address ?? `${file} beside the script`;
  return `onnxruntime-web: ${place} cannot be loaded (${reason.slice(0, 200)}); copy node_modules/onnxruntime-web/dist/${file} beside your script, or pass { wasm: 'https://cdn.jsdelivr.net/npm/onnxruntime-web@${version}/dist/' } to Restorer.open.`;
}
