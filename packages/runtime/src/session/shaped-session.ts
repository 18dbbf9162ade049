import type { TensorFeeds } from '@pip-graft/weights';
import type { InputDims, Session } from './session.ts';

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
