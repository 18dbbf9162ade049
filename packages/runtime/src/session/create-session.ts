import { buildModel, GraftError } from '@pip-graft/onnx-graft';
import { SharedWorker } from '../process/shared-worker.ts';
import { type NativeOptions, openNative } from './native-session.ts';
import { type LooseModel, prepareModel } from './prepare-model.ts';
import type { Session, SessionOptions } from './session.ts';
import { type InputDims, shapedSession } from './shaped-session.ts';
import { openWorker } from './worker-session.ts';

/**
 * Loads a model into onnxruntime, from a path, from bytes, or as edited in memory.
 *
 * The inputs that a graft added can be fed and can be left out, whether or not
 * the file gives them defaults. External data is read from the path's folder.
 *
 * On a device, every new input shape loads the model once more with that shape
 * built in: feed images of one size after one another. The session is strict:
 * it throws rather than leave nodes to the CPU. With `strict: false` it runs what
 * it can there, and `session.strict` says whether that was everything.
 *
 * Errors: `NOT_FOUND` for a path that does not exist; `NOT_ONNX`, `CORRUPT_FILE`;
 * `RUNTIME_FAILED` when onnxruntime refuses the model; `DEVICE_UNAVAILABLE` with
 * the reason when the device cannot run it.
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

/** A session for each set of shapes, all in one process where they are not in this one. */
async function onDevice(
  model: string | Uint8Array | LooseModel,
  options: Attempt,
): Promise<Session> {
  const { device = 'cpu' } = options;
  const description = await describe(model, options);
  const shaped = (dims: InputDims): Promise<Session> =>
    open(model, options, dims).catch((error: unknown) => {
      const refused = error instanceof GraftError && error.code === 'DEVICE_UNAVAILABLE';
      if (!refused || options.strict !== false) throw error;
      return open(model, { ...options, unprovable: true }, dims);
    });
  const session = shapedSession({ ...description, device }, shaped, () => options.shared?.close());
  // A device that is not there is said at once; of a model of any size, more only with the first image.
  const dims = staticDims(description);
  const tried = await (dims === undefined ? open(deviceTest(), options) : shaped(dims));
  await tried.release();
  return session;
}

/** The smallest model: y = relu(x). */
function deviceTest(): LooseModel {
  const value = (name: string) => ({ name, dataType: 'float32', dims: [1, 1, 1, 1] }) as const;
  const relu = { name: 'relu', opType: 'Relu', domain: '', attributes: {} };
  const model = buildModel({
    irVersion: 8,
    opset: 17,
    producer: { name: 'pip-graft', version: '0' },
    graphName: 'device test',
    nodes: [{ ...relu, inputs: ['x'], outputs: ['y'] }],
    initializers: [],
    inputs: [value('x')],
    outputs: [value('y')],
  });
  return { model };
}

interface Attempt extends SessionOptions {
  /** The second attempt, which gives up proof. */
  readonly unprovable?: true;
  readonly shared?: SharedWorker;
}

/** What a model takes and gives, as onnxruntime infers it; nothing of it stays loaded. */
async function describe(
  model: string | Uint8Array | LooseModel,
  options: Attempt,
): Promise<Session> {
  const { optimisation = 'all' } = options;
  const session = await open(model, { ...options, device: 'cpu', optimisation: 'disabled' });
  await session.release();
  return { ...session, optimisation };
}

function staticDims({ inputs }: Session): InputDims | undefined {
  const dims: Record<string, readonly number[]> = {};
  for (const input of inputs) {
    const fixed = input.dims.filter((dim) => typeof dim === 'number');
    if (fixed.length === input.dims.length) dims[input.name] = fixed;
    else if (input.fallback !== undefined) dims[input.name] = input.fallback.dims;
    else return undefined;
  }
  return dims;
}

async function open(
  model: string | Uint8Array | LooseModel,
  options: Attempt,
  dims?: InputDims,
): Promise<Session> {
  const { device = 'cpu', deviceId = 0, optimisation = 'all', threads, isolation } = options;
  const prepared = await prepareModel(model, {
    onDisk: isolation !== undefined,
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
    ...(options.memoryPattern === undefined ? {} : { memoryPattern: options.memoryPattern }),
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
    const release = async (): Promise<void> => {
      await session.release();
      await prepared.dispose();
    };
    return { ...session, inputs, release };
  } catch (error) {
    await prepared.dispose();
    throw error;
  }
}
