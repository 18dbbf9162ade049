import type { Model } from '@pip-graft/onnx-graft';
import {
  createSession,
  deviceMemory,
  type InputDims,
  runModel,
  type Session,
  type SessionOptions,
} from '@pip-graft/runtime';
import { fitted } from '../subject/images.ts';
import type { Check, Side, Subject } from '../subject/subject.ts';
import { figure, skipped } from '../verdict.ts';

/** Measures peak memory for loading and running the model against the host; fails only beyond a given budget. */
export const memory: Check = {
  name: 'memory',
  async run(subject) {
    const { device, timing, budget } = subject;
    const [host, grafted] = [await measured(subject, 'host'), await measured(subject, 'grafted')];
    if (host === undefined || grafted === undefined) {
      return skipped(`Memory on ${device} cannot be measured on this machine: no tool reports it.`);
    }
    const { size } = timing;
    const limit = budget.memory ?? null;
    const ratio = grafted / host;
    const where = device === 'cpu' ? 'above the bare runtime' : `all processes on the device`;
    return {
      status: limit === null || ratio <= limit ? 'passed' : 'failed',
      measured: figure(ratio),
      limit,
      detail: `Peak memory for one ${size.width}x${size.height} image relative to the host: ${(grafted / 1e6).toFixed(0)} MB against ${(host / 1e6).toFixed(0)} MB, ${where}.`,
      figures: { memory: { host, grafted } },
    };
  },
};

async function measured(subject: Subject, side: Side): Promise<number | undefined> {
  const { device, input, timing, image } = subject;
  const options = subject.options(side, { level: 'all' });
  if (device === 'cpu') {
    // In separate processes: earlier runs of a session change its peak by a fifth.
    const dims = { [input.name]: [1, 3, timing.size.height, timing.size.width] };
    return peakMemory(subject[side], dims, options, subject.behindDoor);
  }
  // onnxruntime keeps GPU memory until its process ends, so the increase is the peak.
  const before = await deviceMemory(options);
  if (before === undefined) return undefined;
  const session = await createSession(subject[side], options);
  try {
    const feeds = subject.nativeFeeds(
      subject.feeds(side, { images: [fitted(image, timing.size)] }),
    );
    for (let turn = 0; turn < 2; turn++) await runModel(session, feeds);
    return (await deviceMemory(options))! - before;
  } finally {
    await session.release();
  }
}

/**
 * Measures by how many bytes a process grows at its peak when it loads a model and runs it on inputs
 * of given shapes. GPU memory does not count. Inputs with defaults are optional.
 *
 * `behindDoor` wraps the session as one of planar RGB if the model is not.
 *
 * Errors: those of `createSession`; `RUNTIME_FAILED` when the process crashes, is
 * killed for its memory use or times out.
 *
 * @example await peakMemory('net.onnx', { input: [1, 3, 512, 512] });
 */
export async function peakMemory(
  model: string | Model,
  dims: InputDims,
  options: SessionOptions = {},
  behindDoor: (session: Session) => Session = (session) => session,
): Promise<number> {
  const isolation = options.isolation ?? {};
  const session = await createSession(model, { ...options, isolation });
  try {
    const defaults = session.inputs.flatMap(({ name, fallback }) =>
      fallback === undefined ? [] : [[name, fallback.dims] as const],
    );
    return (
      (await behindDoor(session).memory?.({ ...Object.fromEntries(defaults), ...dims })) ??
      Number.NaN
    );
  } finally {
    await session.release();
  }
}
