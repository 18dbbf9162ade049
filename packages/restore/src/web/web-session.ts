import { convertPrecision, GraftError, type Model, modelBytes } from '@pip-graft/onnx-graft';
import {
  graftDefaults,
  ownTensor,
  requireInputs,
  requirePlainNames,
  runtimeMessage,
  type Session,
  type SessionValue,
} from '@pip-graft/runtime/session';
import type { TensorFeeds, TensorType, TypedTensor } from '@pip-graft/weights';
import type { InferenceSession, Tensor } from 'onnxruntime-web';

export type WebRuntime = typeof import('onnxruntime-web');

export interface WebSessionOptions {
  readonly label: string;
  readonly provider: 'wasm' | 'webgpu';
}

/**
 * Loads a model into onnxruntime-web. The inputs that a graft added are optional: onnxruntime-web rejects
 * values for inputs with defaults, so these become required, and the defaults are passed with each run.
 *
 * Errors: `RUNTIME_FAILED` if onnxruntime rejects the model.
 */
export async function openWebSession(
  runtime: WebRuntime,
  model: Model,
  { label, provider }: WebSessionOptions,
): Promise<Session> {
  requirePlainNames(model);
  const stamped = graftDefaults(model);
  // As in Node: without WebGPU, float16 is computed in float32 anyway.
  const wide = provider === 'wasm' ? convertPrecision(model, { to: 'float32' }) : model;
  const changed = requireInputs(wide, [...stamped.keys()]);
  const defaults = new Map([...stamped, ...(changed?.defaults ?? [])]);
  const failed = (what: string) => (cause: unknown) => {
    throw new GraftError('RUNTIME_FAILED', `${label}: ${what}: ${runtimeMessage(cause)}`, {
      cause,
    });
  };
  const native = await runtime.InferenceSession.create(modelBytes(changed?.model ?? wide), {
    executionProviders: [provider],
    // As in Node: a run planned as one block also keeps the first run's memory.
    enableMemPattern: false,
    logSeverityLevel: 4,
  }).catch(failed('onnxruntime cannot load the model'));
  // As in Node: others are never an image.
  const outputs = native.outputMetadata.filter(isNumeric).map((value) => describe(value, label));
  return {
    label,
    device: provider === 'webgpu' ? 'webgpu' : 'cpu',
    optimisation: 'all',
    strict: provider === 'wasm',
    inputs: native.inputMetadata.map((value) => {
      const fallback = defaults.get(value.name);
      return { ...describe(value, label), ...(fallback === undefined ? {} : { fallback }) };
    }),
    outputs,
    async run(feeds, fetches) {
      const tensors: Record<string, Tensor> = {};
      for (const [name, { type, data, dims }] of Object.entries(feeds)) {
        tensors[name] = new runtime.Tensor(type, data, dims);
      }
      const results = await native
        .run(tensors, [...(fetches ?? outputs.map(({ name }) => name))])
        .catch(failed('onnxruntime failed to run the model'));
      const made = await unwrap(results);
      for (const tensor of Object.values(tensors)) tensor.dispose();
      // Yields to the event loop, so that the worker gets an abort between two tiles.
      await new Promise((resolve) => setTimeout(resolve));
      return made;
    },
    time: () => Promise.reject(new Error('not in a browser')),
    release: () => native.release(),
  };
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
      `${label}: '${value.name}' is not a tensor of numbers; export the model without it.`,
    );
  }
  return { name: value.name, type: value.type as TensorType, dims: value.shape };
}

async function unwrap(results: InferenceSession.ReturnType): Promise<TensorFeeds> {
  const outputs: Record<string, TypedTensor> = {};
  for (const [name, value] of Object.entries(results)) {
    const { type, dims } = value as Tensor;
    const data = await (value as Tensor).getData(true);
    outputs[name] = ownTensor(type as TensorType, dims, data as ArrayBufferView);
  }
  return outputs;
}
