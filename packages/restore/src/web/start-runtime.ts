import { buildModel, GraftError, GraphBuilder, modelBytes, ops } from '@pip-graft/onnx-graft';
import { encodeFloats, Random } from '@pip-graft/weights';
import { type DeviceChoice, type RestorerDevice, requireDevice } from '../restorer/options.ts';
import type { OpenRequest } from './messages.ts';
import type { WebRuntime } from './web-session.ts';

/// <reference lib="dom" />

/** More threads than this wait for each other on convolutions of tiles; a browser starts no 1000. */
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
 * Errors: `DEVICE_UNAVAILABLE` if the wasm file is not found, with the line that fixes it, or if
 * WebGPU was requested and does not work here.
 */
export async function startRuntime(
  runtime: WebRuntime,
  build: Build,
  { device, threads: asked, wasm }: OpenRequest,
): Promise<RestorerDevice> {
  const { wasm: env } = runtime.env;
  runtime.env.logLevel = 'fatal';
  const threads = self.crossOriginIsolated
    ? Math.min(asked ?? navigator.hardwareConcurrency, mostThreads)
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

/** Returns wasm as a device; its reason begins with `why` it is not WebGPU. */
export function wasmDevice(runtime: WebRuntime, why: string | undefined): RestorerDevice {
  const threads = runtime.env.wasm.numThreads;
  const speed = self.crossOriginIsolated
    ? `${threads} ${threads === 1 ? 'thread' : 'threads'}`
    : '1 thread, because the page is not cross-origin isolated (send Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp)';
  return { name: 'wasm', reason: `${why === undefined ? '' : `${why}; `}${speed}` };
}

/** Loads the wasm file, as any session does. */
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
  // Wherever the file is, the page itself forbids it.
  if (/content security policy/i.test(reason)) {
    return `onnxruntime-web: this page does not allow WebAssembly; allow it with Content-Security-Policy: script-src 'self' 'wasm-unsafe-eval'.`;
  }
  const place = address ?? `${file} beside the script`;
  return `onnxruntime-web: ${place} cannot be loaded (${reason.slice(0, 200)}); copy node_modules/onnxruntime-web/dist/${file} beside your script, or pass { wasm: 'https://cdn.jsdelivr.net/npm/onnxruntime-web@${version}/dist/' } to Restorer.open.`;
}

/**
 * Above differences between orders of summation (1e-6 for values near 1), below the error of a
 * wrong result.
 */
const tolerance = 1e-3;

/**
 * Returns why WebGPU cannot be trusted here; undefined if a small convolution gives the same as
 * wasm. Some drivers announce WebGPU and compute wrong values, or fail at the first run.
 */
async function proveWebgpu(runtime: WebRuntime): Promise<string | undefined> {
  const model = convolution();
  const random = new Random(2);
  const data = Float32Array.from({ length: 3 * side * side }, () => random.uniform(0, 1));
  const run = async (provider: string): Promise<Float32Array> => {
    const session = await runtime.InferenceSession.create(model, {
      executionProviders: [provider],
      logSeverityLevel: 4,
    });
    try {
      const input = new runtime.Tensor('float32', data, [1, 3, side, side]);
      const [output] = Object.values(await session.run({ input }));
      return (await output!.getData()) as Float32Array;
    } finally {
      await session.release();
    }
  };
  try {
    const [wanted, got] = [await run('wasm'), await run('webgpu')];
    const wrong = wanted.findIndex((value, at) => !(Math.abs(value - got[at]!) < tolerance));
    return wrong < 0 ? undefined : 'WebGPU and wasm compute different values here';
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return `WebGPU failed on a small convolution (${message.split('\n', 1)[0]!.slice(0, 200)})`;
  }
}

/** Height and width of the input of {@link convolution}. */
const side = 32;
const channels = 16;

/** Returns a model of one convolution, small enough to start and test a runtime. */
function convolution(): Uint8Array {
  const g = new GraphBuilder({ opset: 17 });
  const random = new Random(1);
  const count = channels * 3 * 9;
  const weights = Float32Array.from({ length: count }, () => random.uniform(-0.3, 0.3));
  const dims = [channels, 3, 3, 3];
  const weight = g.tensor('weight', 'float32', dims, encodeFloats(weights, 'float32'));
  const output = ops.conv(g, 'input', weight, { name: 'conv', pads: [1, 1, 1, 1] });
  const value = (name: string, depth: number) =>
    ({ name, dataType: 'float32', dims: [1, depth, side, side] }) as const;
  return modelBytes(
    buildModel({
      irVersion: 8,
      opset: 17,
      graphName: 'proof',
      producer: { name: 'pip-graft', version: '0' },
      ...g.fragment(),
      inputs: [value('input', 3)],
      outputs: [value(output, channels)],
    }),
  );
}

/// <reference lib="dom" />

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
  const why =
    gpu === undefined ? 'this browser or page has no WebGPU' : 'no graphics card is available';
  throw new GraftError('DEVICE_UNAVAILABLE', `device 'webgpu': ${why}; use 'auto'.`);
}
