import { argument, buildModel, GraftError, type Model } from '@pip-graft/onnx-graft';
import { emptyRecord } from '@pip-graft/weights';
import {
  type Isolation,
  nativeReason,
  SharedWorker,
  WorkerProcess,
} from '../process/worker-process.ts';
import { type NativeOptions, openNative } from './native-session.ts';
import { prepareModel } from './prepare-model.ts';
import {
  type Device,
  type InputDims,
  type OptimisationLevel,
  type Session,
  shapedSession,
} from './session.ts';

export interface SessionOptions {
  /** Default: 'cpu'. */
  readonly device?: Device;
  /** Index of the device; default: 0. */
  readonly deviceId?: number;
  /** Default: 'all', as in onnxruntime. */
  readonly optimisation?: OptimisationLevel;
  /** Threads inside one operator; default: onnxruntime's choice. */
  readonly threads?: number;
  /** Names of onnxruntime optimisers to disable, such as `GeluFusionL2`; default: none. */
  readonly withoutOptimisers?: readonly string[];
  /** Name of the model in messages; default: its path, or 'model'. */
  readonly label?: string;
  /** Whether to reject CPU fallback on a device. Default: true. */
  readonly strict?: boolean;
  /** Run in a separate process, which may crash or hang without harm. Default: in this process. */
  readonly isolation?: Isolation;
  /** With isolation on the CPU: a process that sessions use in turn, instead of one each. */
  readonly shared?: SharedWorker;
  /**
   * On the CPU, whether to convert a float16 model to float32 as it is loaded. The CPU computes
   * float16 in float32 anyway, with Casts in between: without them it takes a fifth less time, and
   * rounds less. Default: false, the model as it is.
   */
  readonly widen?: boolean;
  /** Prefix of the profile file that onnxruntime writes when the session is released. */
  readonly profile?: string;
}

/**
 * Loads a model into onnxruntime, from a path, from bytes, or as edited in memory.
 *
 * The inputs that a graft added are optional, whether or not the file has defaults for them. External
 * data is read from the path's folder.
 *
 * On a device, every new input shape reloads the model with that shape built in, so run images of the
 * same size one after another. By default, CPU fallback is an error. With `strict: false` it is
 * allowed, and `session.strict` tells whether it happened.
 *
 * Errors: `NOT_FOUND` for a path that does not exist; `NOT_ONNX`, `CORRUPT_FILE`;
 * `RUNTIME_FAILED` when onnxruntime rejects the model; `DEVICE_UNAVAILABLE` with
 * the reason when the device cannot run it.
 *
 * @example
 * const session = await createSession('net.onnx', { optimisation: 'basic', threads: 2 });
 * try { await runModel(session, feeds); } finally { await session.release(); }
 */
export async function createSession(
  model: string | Uint8Array | Model,
  options: SessionOptions = {},
): Promise<Session> {
  requireModelOrPath(model);
  argument.requireMembers(options, 'createSession: options', {});
  const { device = 'cpu' } = options;
  if (device === 'cpu') return open(model, options);
  const { isolation, label = 'model' } = options;
  const shared = isolation === undefined ? undefined : new SharedWorker(label, isolation);
  try {
    return await onDevice(model, { ...options, ...(shared === undefined ? {} : { shared }) });
  } catch (error) {
    await shared?.close();
    throw error;
  }
}

function requireModelOrPath(model: unknown): void {
  if (typeof model === 'string' || model instanceof Uint8Array) return;
  argument.requireKind(model, {
    member: 'graph',
    place: 'createSession',
    takes: 'a path, a Uint8Array, or a model, which `openModel` and `readModel` return,',
  });
}

/** Opens one session per set of shapes, all in one worker process unless they are in this process. */
async function onDevice(model: string | Uint8Array | Model, options: Attempt): Promise<Session> {
  const { device = 'cpu' } = options;
  const description = await describe(model, options);
  const shaped = (dims: InputDims): Promise<Session> =>
    open(model, options, dims).catch((error: unknown) => {
      const refused = error instanceof GraftError && error.code === 'DEVICE_UNAVAILABLE';
      if (!refused || options.strict !== false) throw error;
      return open(model, { ...options, unprovable: true }, dims);
    });
  const session = shapedSession({ ...description, device }, shaped, () => options.shared?.close());
  // Reports a missing device at once; the model itself is loaded with the first image's size.
  const dims = staticDims(description);
  const tried = await (dims === undefined ? open(deviceTest(), options) : shaped(dims));
  await tried.release();
  return session;
}

/** The smallest model: y = relu(x). */
function deviceTest(): Model {
  const value = (name: string) => ({ name, dataType: 'float32', dims: [1, 1, 1, 1] }) as const;
  const relu = { name: 'relu', opType: 'Relu', domain: '', attributes: {} };
  return buildModel({
    irVersion: 8,
    opset: 17,
    producer: { name: 'pip-graft', version: '0' },
    graphName: 'device test',
    nodes: [{ ...relu, inputs: ['x'], outputs: ['y'] }],
    initializers: [],
    inputs: [value('x')],
    outputs: [value('y')],
  });
}

interface Attempt extends SessionOptions {
  /** The second attempt, which allows CPU fallback. */
  readonly unprovable?: true;
}

/** Inputs and outputs of a model as onnxruntime infers them; the model does not stay loaded. */
async function describe(model: string | Uint8Array | Model, options: Attempt): Promise<Session> {
  const { optimisation = 'all' } = options;
  const session = await open(model, { ...options, device: 'cpu', optimisation: 'disabled' });
  await session.release();
  return { ...session, optimisation };
}

function staticDims({ inputs }: Session): InputDims | undefined {
  const dims = emptyRecord<readonly number[]>();
  for (const input of inputs) {
    const fixed = input.dims.filter((dim) => typeof dim === 'number');
    if (fixed.length === input.dims.length) dims[input.name] = fixed;
    else if (input.fallback !== undefined) dims[input.name] = input.fallback.dims;
    else return undefined;
  }
  return dims;
}

async function open(
  model: string | Uint8Array | Model,
  options: Attempt,
  dims?: InputDims,
): Promise<Session> {
  const { device = 'cpu', deviceId = 0, optimisation = 'all', threads, isolation } = options;
  const prepared = await prepareModel(model, {
    onDisk: isolation !== undefined,
    widen: device === 'cpu' && options.widen === true,
    ...(options.label === undefined ? {} : { label: options.label }),
    ...(dims === undefined ? {} : { dims }),
  });
  const { label, load, defaults } = prepared;
  const native: NativeOptions = {
    label,
    device,
    deviceId,
    optimisation,
    strict: options.unprovable !== true,
    ...(threads === undefined ? {} : { threads }),
    ...(options.withoutOptimisers === undefined
      ? {}
      : { withoutOptimisers: options.withoutOptimisers }),
    ...(options.profile === undefined ? {} : { profile: options.profile }),
  };
  try {
    const session =
      isolation !== undefined && typeof load === 'string'
        ? await openWorker(load, native, isolation, options.shared)
        : await openNative(load, native);
    const inputs = session.inputs.map((value) => {
      const fallback = defaults.get(value.name);
      return fallback === undefined ? value : { ...value, fallback };
    });
    // onnxruntime fails on a second release; and whatever it says, the file beside it must go.
    let released: Promise<void> | undefined;
    const release = (): Promise<void> => {
      released ??= session.release().finally(() => prepared.dispose());
      return released;
    };
    return { ...session, inputs, release };
  } catch (error) {
    await prepared.dispose();
    throw error;
  }
}

/**
 * Opens a session in a separate process, which ends with the session, or in a shared one.
 * Errors: those of {@link WorkerProcess}.
 */
async function openWorker(
  path: string,
  options: NativeOptions,
  isolation: Isolation,
  shared?: SharedWorker,
): Promise<Session> {
  const { label, device, optimisation, strict } = options;
  const worker = shared?.get() ?? new WorkerProcess(label, isolation);
  const close = async (): Promise<void> => {
    if (shared === undefined) await worker.close();
  };
  try {
    const { inputs, outputs } = await worker.call('open', { path, options });
    return {
      label,
      device,
      optimisation,
      strict: device === 'cpu' || strict,
      inputs,
      outputs,
      run: (feeds, fetches) => worker.call('run', { feeds, fetches }),
      time: (feeds, runs) => worker.call('time', { feeds, runs }),
      memory: (dims) => worker.call('memory', dims),
      async release() {
        // Releasing a session writes its profile; a crashed session has nothing to release.
        await worker.call('release', null).catch(() => {});
        await close();
      },
    };
  } catch (error) {
    const reason = nativeReason(worker.log);
    await close();
    const device = error instanceof GraftError && error.code === 'DEVICE_UNAVAILABLE';
    if (!device || reason === undefined || error.message.includes(reason)) throw error;
    throw new GraftError(error.code, `${error.message}: ${reason}`, { cause: error });
  }
}
