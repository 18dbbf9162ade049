import {
  argument,
  extendGraph,
  GraftError,
  type Model,
  own,
  readTensor,
} from '@pip-graft/onnx-graft';
import { readGraft } from '@pip-graft/pip-core';
import {
  decodeFloats,
  emptyRecord,
  float32Tensor,
  fromFloat32,
  type TensorFeeds,
  type TypedTensor,
} from '@pip-graft/weights';
import type { Session, SessionValue } from './session.ts';

/**
 * Runs a model once on named tensors.
 *
 * Converts float32 feeds for float16 and float64 inputs. Inputs with defaults are optional. `fetches`
 * names the outputs to return; default: all.
 *
 * Errors: `INVALID_ARGUMENT` for an input that is missing, unknown or of another
 * shape or type; `RUNTIME_FAILED` when onnxruntime fails on the model.
 *
 * @example
 * const { output } = await runModel(session, { input: float32Tensor([1, 3, 64, 64], pixels) });
 */
export async function runModel(
  session: Session,
  feeds: TensorFeeds,
  fetches?: readonly string[],
): Promise<TensorFeeds> {
  const takes = 'a session, which `createSession` returns,';
  argument.requireKind(session, { member: 'inputs', place: 'runModel', takes });
  argument.requireMembers(feeds, 'runModel: feeds', {});
  for (const name of fetches ?? []) {
    if (!session.outputs.some((output) => output.name === name)) {
      throw wrong(session, `no output '${name}'; use one of ${list(session.outputs)}.`);
    }
  }
  return session.run(readyFeeds(session, feeds), fetches);
}

/**
 * Checks the feeds of {@link runModel}, converts their types and adds defaults.
 *
 * Errors: `INVALID_ARGUMENT` for an input that is missing, unknown or of another shape or type.
 */
export function readyFeeds(session: Session, feeds: TensorFeeds): TensorFeeds {
  const takes = 'a session, which `createSession` returns,';
  argument.requireKind(session, { member: 'inputs', place: 'readyFeeds', takes });
  argument.requireMembers(feeds, 'readyFeeds: feeds', {});
  for (const name of Object.keys(feeds)) {
    if (!session.inputs.some((input) => input.name === name)) {
      throw wrong(session, `no input '${name}'; use one of ${list(session.inputs)}.`);
    }
  }
  const ready = emptyRecord<TypedTensor>();
  for (const input of session.inputs) {
    const tensor = own(feeds, input.name) ?? input.fallback;
    if (tensor === undefined)
      throw wrong(session, `input '${input.name}' is missing; pass a tensor for it.`);
    ready[input.name] = fit(session, input, tensor);
  }
  return ready;
}

function fit(session: Session, input: SessionValue, tensor: TypedTensor): TypedTensor {
  const { dims } = tensor;
  const fits =
    dims.length === input.dims.length &&
    input.dims.every((dim, axis) => typeof dim === 'string' || dim === dims[axis]);
  if (!fits) {
    throw wrong(
      session,
      `input '${input.name}' has shape [${dims.join(', ')}]; expected [${input.dims.join(', ')}].`,
    );
  }
  if (tensor.type === input.type) return tensor;
  const converted = tensor.type === 'float32' ? fromFloat32(tensor, input.type) : undefined;
  if (converted !== undefined) return converted;
  throw wrong(session, `input '${input.name}' has type ${tensor.type}; expected ${input.type}.`);
}

function wrong(session: Session, what: string): GraftError {
  return new GraftError('INVALID_ARGUMENT', `${session.label}: ${what}`);
}

function list(values: readonly SessionValue[]): string {
  return values.map((value) => `'${value.name}'`).join(', ');
}

/** A model with some default values removed, and these values. */
export interface RequiredInputs {
  readonly model: Model;
  readonly defaults: ReadonlyMap<string, TypedTensor>;
}

/**
 * Removes the default values (initializers) of some inputs, so that they become required; undefined if
 * none has a default.
 *
 * onnxruntime-node lists only inputs without a default and silently ignores values for the others
 * (measured, 1.30.0). Only float32 defaults count: the settings of a graft. Weights that old exporters
 * list as inputs are not named by the caller and stay.
 */
export function requireInputs(model: Model, names: readonly string[]): RequiredInputs | undefined {
  argument.requireModel(model, 'requireInputs');
  argument.requireMembers({ names }, 'requireInputs', { names: 'a list' });
  const inputs = new Set(model.graph.inputs.map((input) => input.name));
  const dropped = model.graph.initializers.filter(
    ({ name, dataType }) => names.includes(name) && inputs.has(name) && dataType === 'float32',
  );
  if (dropped.length === 0) return undefined;
  const defaults = new Map<string, TypedTensor>();
  for (const tensor of dropped) {
    const data = decodeFloats(readTensor(model, tensor), 'float32');
    defaults.set(tensor.name, { type: 'float32', dims: tensor.dims, data });
  }
  const fragment = { nodes: [], initializers: [] };
  const fed = dropped.map(({ name }) => name);
  return { model: extendGraph(model, { fragment, fed }), defaults };
}

/**
 * The inputs that a graft added to a model, with their defaults from the stamp; empty without a graft
 * or with a baked one.
 */
export function graftDefaults(model: Model): ReadonlyMap<string, TypedTensor> {
  const graft = readGraft(model);
  if (graft?.inputs == null) return new Map();
  const { inputs, labels, defaultDegradation } = graft;
  return new Map<string, TypedTensor>([
    [inputs.degradation, float32Tensor([1, labels.length], defaultDegradation)],
    [inputs.strength, float32Tensor([], [1])],
  ]);
}

/**
 * Reduces an onnxruntime error to one readable line, without source paths, C++ signatures, error numbers
 * and newlines.
 *
 * @example runtimeMessage(new Error('[ONNXRuntimeError] : 1 : FAIL : Bad node\n')) // 'Bad node'
 */
export function runtimeMessage(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const line = text
    .replace(/\s+/g, ' ')
    .replace(/\[ONNXRuntimeError\] : \d+ : \w+ : /g, '')
    .replace(/\S*\/onnxruntime_src\/\S+:\d+ /g, '')
    // The CUDA provider puts two signatures before the message, the host name and the call after it.
    .replace(/^.*?\b((?:CUDA|CUDNN|CUBLAS\w*|CUFFT|CURAND) failure -?\d+: )/, '$1')
    .replace(/ ; GPU=.*? ; expr=(.*?);?\s*$/, ' ($1)')
    // A C++ signature and its condition precede the explanation.
    .replace(/^[\w:&<>*~ ]+\(.*?\)(?:::<lambda\(\)>)?(?: const)? \S.*? was false\. /, '')
    .trim();
  return line === '' ? 'no reason given' : line.slice(0, 400);
}

/**
 * Returns a tensor of onnxruntime's as ours, which holds float16 as bits. Where there is a
 * `Float16Array`, as in Node 24 and in browsers, onnxruntime makes one, whose elements are numbers.
 */
export function ownTensor(
  type: TypedTensor['type'],
  dims: readonly number[],
  data: ArrayBufferView,
): TypedTensor {
  const bits =
    type === 'float16' ? new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2) : data;
  return { type, dims, data: bits } as TypedTensor;
}
