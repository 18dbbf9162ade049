import type { TensorFeeds } from '@pip-graft/weights';
import type { Session } from './session.ts';

/** Shapes by input name. */
export type InputDims = Readonly<Record<string, readonly number[]>>;

/**
 * A session for devices: one inner session for each set of input shapes, with those shapes
 * built in. A session for any size leaves the arithmetic on shapes to the CPU, so that nothing
 * can be said about where it ran; and onnxruntime-node ignores free-dimension overrides.
 *
 * The last shape's session is kept. Loading again is cheap against what a second copy of a
 * model takes of a device's memory.
 *
 * @param model what the model takes and gives, whatever the shapes
 * @param close what is to be given back with the last session
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
