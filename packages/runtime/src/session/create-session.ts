import { GraftError } from '@pip-graft/onnx-graft';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { loadRuntime, type OnnxRuntime } from './load-runtime.ts';
import { type LooseModel, type PreparedModel, prepareModel } from './prepare-model.ts';
import { runtimeMessage } from './runtime-message.ts';
import type { Session, SessionOptions, SessionValue } from './session.ts';
import type { TensorFeeds, TensorType, TypedTensor } from './typed-tensor.ts';

/**
 * Loads a model into onnxruntime, from a path, from bytes, or as edited in memory.
 *
 * The inputs that a graft added can be fed and can be left out, whether or not
 * the file gives them defaults. External data is read from the path's folder.
 *
 * Errors: `NOT_FOUND` for a path that does not exist; `NOT_ONNX`, `CORRUPT_FILE`;
 * `RUNTIME_FAILED` when onnxruntime refuses the model; `DEVICE_UNAVAILABLE` with
 * the reason when the device cannot run it, or only by leaving nodes to the CPU.
 * Facts on onnxruntime-node: `shared/spec/onnxruntime.md` sections 2, 3 and 5.
 *
 * @example
 * const session = await createSession('net.onnx', { optimisation: 'basic', threads: 2 });
 * try { await runModel(session, feeds); } finally { await session.release(); }
 */
export async function createSession(
  model: string | Uint8Array | LooseModel,
  options: SessionOptions = {},
): Promise<Session> {
  const { device = 'cpu', optimisation = 'all' } = options;
  const prepared = await prepareModel(model, options.label);
  const { label } = prepared;
  try {
    const runtime = await loadRuntime();
    const native = await open(runtime, prepared.load, options, label);
    try {
      return wrap(runtime, native, { label, device, optimisation, prepared });
    } catch (error) {
      await native.release();
      throw error;
    }
  } catch (error) {
    await prepared.dispose();
    throw error;
  }
}

async function open(
  runtime: OnnxRuntime,
  load: string | Uint8Array,
  options: SessionOptions,
  label: string,
): Promise<InferenceSession> {
  const { device = 'cpu', deviceId = 0, optimisation = 'all', threads } = options;
  const create = (settings: InferenceSession.SessionOptions): Promise<InferenceSession> =>
    typeof load === 'string'
      ? runtime.InferenceSession.create(load, settings)
      : runtime.InferenceSession.create(load, settings);
  const settings: InferenceSession.SessionOptions = {
    graphOptimizationLevel: optimisation,
    // Errors are thrown; the native log would print them once more.
    logSeverityLevel: 4,
    ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
  };
  const onCpu = (): Promise<InferenceSession> =>
    create(settings).catch((cause: unknown) => {
      throw new GraftError(
        'RUNTIME_FAILED',
        `${label}: onnxruntime does not load it: ${runtimeMessage(cause)}`,
        { cause },
      );
    });
  if (device === 'cpu') return onCpu();
  // Strict: a session that leaves nodes to the CPU is no evidence for the device.
  const strict = { session: { disable_cpu_ep_fallback: '1' } };
  const provider = { name: device, ...(device === 'cuda' ? { deviceId } : {}) };
  return create({ ...settings, executionProviders: [provider], extra: strict }).catch(
    async (cause: unknown) => {
      // A model that the CPU refuses as well says nothing about the device.
      await (await onCpu()).release();
      throw new GraftError(
        'DEVICE_UNAVAILABLE',
        `${label}: cannot run on ${device} here: ${runtimeMessage(cause)}`,
        { cause },
      );
    },
  );
}

interface Parts extends Pick<Session, 'label' | 'device' | 'optimisation'> {
  readonly prepared: PreparedModel;
}

function wrap(runtime: OnnxRuntime, native: InferenceSession, parts: Parts): Session {
  const { label, device, optimisation, prepared } = parts;
  const inputs = native.inputMetadata.map((value): SessionValue => {
    const fallback = prepared.defaults.get(value.name);
    return { ...describe(value, label), ...(fallback === undefined ? {} : { fallback }) };
  });
  return {
    label,
    device,
    optimisation,
    inputs,
    outputs: native.outputMetadata.map((value) => describe(value, label)),
    async run(feeds, fetches) {
      const tensors: Record<string, Tensor> = {};
      for (const [name, { type, data, dims }] of Object.entries(feeds)) {
        tensors[name] = new runtime.Tensor(type, data, dims);
      }
      try {
        return unwrap(await native.run(tensors, [...(fetches ?? native.outputNames)]));
      } catch (cause) {
        throw new GraftError(
          'RUNTIME_FAILED',
          `${label}: onnxruntime failed while running it: ${runtimeMessage(cause)}`,
          { cause },
        );
      }
    },
    async release() {
      await native.release();
      await prepared.dispose();
    },
  };
}

function describe(value: InferenceSession.ValueMetadata, label: string): SessionValue {
  if (!value.isTensor || value.type === 'string') {
    throw new GraftError(
      'UNSUPPORTED_HOST',
      `${label}: "${value.name}" is not a tensor of numbers.`,
    );
  }
  return { name: value.name, type: value.type as TensorType, dims: value.shape };
}

function unwrap(results: InferenceSession.ReturnType): TensorFeeds {
  const outputs: Record<string, TypedTensor> = {};
  for (const [name, tensor] of Object.entries(results)) {
    const { type, dims, data } = tensor as Tensor;
    outputs[name] = { type, dims, data } as TypedTensor;
  }
  return outputs;
}
