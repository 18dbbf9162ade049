import { createSession, deviceMemory, runModel } from '@pip-graft/runtime';
import { peakMemory } from '../compare/peak-memory.ts';
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
