import { measureLatency, readyFeeds, type Timer } from '@pip-graft/runtime';
import { fitted } from '../subject/images.ts';
import type { Check, Side, Subject } from '../subject/subject.ts';
import { figure } from '../verdict.ts';

/** Batch size for the throughput measurement, if the host accepts batches. */
const batch = 4;

/** Measures time per image and images per second against the host; fails only beyond a given budget. */
export const latency: Check = {
  name: 'latency',
  async run(subject) {
    const { size, ...options } = subject.timing;
    const timers = [await timer(subject, 'host', 1), await timer(subject, 'grafted', 1)];
    const [host, grafted] = await measureLatency(timers, options);
    const ratio = grafted!.median / host!.median;
    const limit = subject.budget.overhead ?? null;
    return {
      status: limit === null || ratio <= limit ? 'passed' : 'failed',
      measured: figure(ratio),
      limit,
      detail: `Time for one ${size.width}x${size.height} image relative to the host: median ${grafted!.median.toFixed(1)} ms against ${host!.median.toFixed(1)} ms, ${host!.runs.length} runs each.`,
      figures: {
        latency: { ...size, host: host!, grafted: grafted! },
        ...(await throughput(subject)),
      },
    };
  },
};

async function throughput(subject: Subject) {
  if (subject.batches.length < 2) return {};
  const { size, warmUp, repeats = 9 } = subject.timing;
  const timers = [await timer(subject, 'host', batch), await timer(subject, 'grafted', batch)];
  // Each run covers several images, so fewer runs are enough.
  const options = { repeats: Math.ceil(repeats / 3), ...(warmUp === undefined ? {} : { warmUp }) };
  const [host, grafted] = await measureLatency(timers, options);
  const rate = (median: number): number => (1000 * batch) / median;
  return {
    throughput: { batch, ...size, host: rate(host!.median), grafted: rate(grafted!.median) },
  };
}

/** Times runs of one model in the process that executes them. */
async function timer(subject: Subject, side: Side, count: number): Promise<Timer> {
  const session = await subject.session(side, { level: 'all' });
  const image = fitted(subject.image, subject.timing.size);
  const images = Array.from({ length: count }, () => image);
  const feeds = readyFeeds(session, subject.feeds(side, { images }));
  return (runs) => session.time(feeds, runs);
}
