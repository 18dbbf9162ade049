import type { TensorFeeds, TensorType, TypedTensor } from '@pip-graft/weights';

/** Shapes by input name. */
export type InputDims = Readonly<Record<string, readonly number[]>>;

/** Where a model runs. */
export type Device = 'cpu' | 'cuda' | 'webgpu';

/**
 * How much onnxruntime may rewrite the graph. `disabled` and `basic` keep every rounding of the graph as
 * written; `all` changes layouts on the CPU and therefore the last bits.
 */
export type OptimisationLevel = 'disabled' | 'basic' | 'extended' | 'all';

/** An input or output of a session. A string dimension is symbolic: any size. */
export interface SessionValue {
  readonly name: string;
  readonly type: TensorType;
  readonly dims: readonly (number | string)[];
  /** The model's default for this input, used if the caller passes nothing. */
  readonly fallback?: TypedTensor;
}

/**
 * A loaded model, in this process, a child process or a test double. Release it: native memory is not
 * garbage-collected.
 */
export interface Session {
  readonly label: string;
  readonly device: Device;
  readonly optimisation: OptimisationLevel;
  /** Whether onnxruntime has reported no CPU fallback so far; true on the CPU. */
  readonly strict: boolean;
  readonly inputs: readonly SessionValue[];
  readonly outputs: readonly SessionValue[];
  /** Runs once. `fetches` names the outputs to return; default: all. Prefer {@link runModel}, which checks inputs. */
  run(feeds: TensorFeeds, fetches?: readonly string[]): Promise<TensorFeeds>;
  /** Milliseconds of each of several consecutive runs, measured in the process that runs them. */
  time(feeds: TensorFeeds, runs: number): Promise<readonly number[]>;
  /**
   * Peak growth of its process, in bytes, when it loads the model and runs it on inputs of these
   * shapes; only for a session in a separate process.
   */
  memory?(dims: InputDims): Promise<number>;
  /** Frees its memory and removes its temporary files. Releasing again changes nothing. */
  release(): Promise<void>;
}

/**
 * A session for devices: one inner session per set of input shapes, with these shapes built in. A
 * session for any size computes shapes on the CPU, which hides where the model ran, and
 * onnxruntime-node ignores free-dimension overrides.
 *
 * Keeps only the last shape's session: reloading is cheap compared with the device memory of a second
 * copy of the model.
 *
 * @param model inputs and outputs of the model for any shape
 * @param close releases resources together with the last session
 */
export function shapedSession(
  model: Pick<Session, 'label' | 'device' | 'optimisation' | 'inputs' | 'outputs'>,
  open: (dims: InputDims) => Promise<Session>,
  close: () => Promise<void> | undefined = () => undefined,
): Session {
  const { label, device, optimisation, inputs, outputs } = model;
  let key = '';
  let current: Session | undefined;
  let strict = true;
  const release = async (): Promise<void> => {
    const last = current;
    current = undefined;
    await last?.release();
  };
  const forDims = async (dims: InputDims): Promise<Session> => {
    const wanted = JSON.stringify(dims);
    if (current === undefined || wanted !== key) {
      await release();
      current = await open(dims);
      key = wanted;
      strict &&= current.strict;
    }
    return current;
  };
  const shaped = (feeds: TensorFeeds): Promise<Session> =>
    forDims(Object.fromEntries(Object.entries(feeds).map(([name, { dims }]) => [name, dims])));
  return {
    label,
    device,
    optimisation,
    inputs,
    outputs,
    get strict() {
      return strict;
    },
    run: async (feeds, fetches) => (await shaped(feeds)).run(feeds, fetches),
    memory: async (dims) => (await forDims(dims)).memory?.(dims) ?? Number.NaN,
    time: async (feeds, runs) => (await shaped(feeds)).time(feeds, runs),
    async release() {
      await release();
      await close();
    },
  };
}
