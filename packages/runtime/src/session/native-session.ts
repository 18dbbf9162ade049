import { GraftError } from '@pip-graft/onnx-graft';
import {
  emptyRecord,
  type TensorFeeds,
  type TensorType,
  type TypedTensor,
} from '@pip-graft/weights';
import type { InferenceSession, Tensor } from 'onnxruntime-common';
import { loadRuntime, type OnnxRuntime } from './load-runtime.ts';
import { ownTensor, runtimeMessage } from './run-model.ts';
import type { Device, OptimisationLevel, Session, SessionValue } from './session.ts';

/** Options for opening a file in onnxruntime: plain data, so that another process can receive them. */
export interface NativeOptions {
  readonly label: string;
  readonly device: Device;
  readonly deviceId: number;
  readonly optimisation: OptimisationLevel;
  readonly threads?: number;
  readonly withoutOptimisers?: readonly string[];
  /** Whether to reject CPU fallback. */
  readonly strict: boolean;
  /** Write a profile to a file with this prefix and a timestamp. */
  readonly profile?: string;
}

/**
 * Opens a session of onnxruntime-node in this process. Prefer `createSession`, which prepares models.
 *
 * Errors: `RUNTIME_FAILED` when onnxruntime rejects the model; `DEVICE_UNAVAILABLE` when the device
 * cannot run it or, with `strict`, only with CPU fallback.
 */
export async function openNative(
  load: string | Uint8Array,
  options: NativeOptions,
): Promise<Session> {
  const runtime = await loadRuntime();
  const native = await open(runtime, load, options);
  try {
    return wrap(runtime, native, options);
  } catch (error) {
    await native.release();
    throw error;
  }
}

async function open(
  runtime: OnnxRuntime,
  load: string | Uint8Array,
  options: NativeOptions,
): Promise<InferenceSession> {
  const { label, device, deviceId, optimisation, threads, strict, profile } = options;
  const { withoutOptimisers = [] } = options;
  const extra =
    withoutOptimisers.length === 0
      ? {}
      : { optimization: { disable_specified_optimizers: withoutOptimisers.join(';') } };
  const create = (settings: InferenceSession.SessionOptions): Promise<InferenceSession> =>
    typeof load === 'string'
      ? runtime.InferenceSession.create(load, settings)
      : runtime.InferenceSession.create(load, settings);
  const settings: InferenceSession.SessionOptions = {
    graphOptimizationLevel: optimisation,
    // Errors are thrown; the native log would only repeat them.
    logSeverityLevel: 4,
    ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
    // A run planned as one block keeps the first run's memory beside it: half again as much, no faster.
    enableMemPattern: false,
    ...(profile === undefined ? {} : { enableProfiling: true, profileFilePrefix: profile }),
    extra,
  };
  const onCpu = (): Promise<InferenceSession> =>
    create(settings).catch((cause: unknown) => {
      throw new GraftError(
        'RUNTIME_FAILED',
        `${label}: onnxruntime cannot load the model: ${runtimeMessage(cause)}`,
        { cause },
      );
    });
  if (device === 'cpu') return onCpu();
  const provider = { name: device, ...(device === 'cuda' ? { deviceId } : {}) };
  return create({
    ...settings,
    executionProviders: [provider],
    ...(strict ? { extra: { ...extra, session: { disable_cpu_ep_fallback: '1' } } } : {}),
  }).catch(async (cause: unknown) => {
    // A model that fails on the CPU too says nothing about the device.
    await (await onCpu()).release();
    throw new GraftError(
      'DEVICE_UNAVAILABLE',
      `${label}: cannot run on ${device} on this machine: ${runtimeMessage(cause)}`,
      { cause },
    );
  });
}

function wrap(runtime: OnnxRuntime, native: InferenceSession, options: NativeOptions): Session {
  const { label, device, optimisation, strict } = options;
  // Others, such as class names and sequences, are never an image.
  const outputs = native.outputMetadata.filter(isNumeric).map((value) => describe(value, label));
  const all = outputs.map(({ name }) => name);
  // onnxruntime-node takes what an object inherits, such as `constructor`, for a tensor to fill.
  const inherited = all.filter((name) => name in {});
  const run = async (feeds: TensorFeeds, fetches: readonly string[]) => {
    const tensors = emptyRecord<Tensor>();
    for (const [name, tensor] of Object.entries(feeds))
      tensors[name] = nativeTensor(runtime, tensor);
    try {
      return await native.run(tensors, [...new Set([...fetches, ...inherited])]);
    } catch (cause) {
      throw new GraftError(
        'RUNTIME_FAILED',
        `${label}: onnxruntime failed to run the model: ${runtimeMessage(cause)}`,
        { cause },
      );
    }
  };
  return {
    label,
    device,
    optimisation,
    strict: device === 'cpu' || strict,
    inputs: native.inputMetadata.map((value) => describe(value, label)),
    outputs,
    run: async (feeds, fetches) => {
      const names = fetches ?? all;
      return unwrap(await run(feeds, names), names);
    },
    async time(feeds, runs) {
      const taken: number[] = [];
      for (let turn = 0; turn < runs; turn++) {
        const start = performance.now();
        await run(feeds, all);
        taken.push(performance.now() - start);
      }
      return taken;
    },
    release: () => native.release(),
  };
}

function nativeTensor(runtime: OnnxRuntime, { type, data, dims }: TypedTensor): Tensor {
  const tensor = new runtime.Tensor(type, data, dims);
  // Of our bits, `Tensor` makes a Float16Array where there is one, as in Node 24; the native side
  // reads nothing from it (measured, 1.30.0).
  if (type === 'float16') Object.defineProperty(tensor, 'data', { value: data });
  return tensor;
}

function isNumeric(
  value: InferenceSession.ValueMetadata,
): value is InferenceSession.TensorValueMetadata {
  return value.isTensor && value.type !== 'string';
}

function describe(value: InferenceSession.ValueMetadata, label: string): SessionValue {
  if (!isNumeric(value)) {
    throw new GraftError(
      'UNSUPPORTED_HOST',
      `${label}: '${value.name}' is not a tensor of numbers.`,
    );
  }
  return { name: value.name, type: value.type as TensorType, dims: value.shape };
}

function unwrap(results: InferenceSession.ReturnType, names: readonly string[]): TensorFeeds {
  const outputs = emptyRecord<TypedTensor>();
  for (const [name, tensor] of Object.entries(results)) {
    if (!names.includes(name)) continue;
    const { type, dims, data } = tensor as Tensor;
    outputs[name] = ownTensor(type as TensorType, dims, data as ArrayBufferView);
  }
  return outputs;
}
