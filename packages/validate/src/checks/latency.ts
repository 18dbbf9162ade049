import { measureLatency, readyFeeds, type Timer } from '@pip-graft/runtime';
import { fit, fitted, type ImageSize } from '../subject/images.ts';
import type { Check, Side, Subject } from '../subject/subject.ts';
import { figure } from '../verdict.ts';

/** Batch size for the throughput measurement, if the host accepts batches. */
const batch = 4;
/** Milliseconds to spend on each measurement that no limit depends on; slow networks get fewer runs. */
const budget = 4000;
/** Milliseconds of a batch beyond which throughput is measured once, on images of half the side. */
const patience = 1000;

/** Measures time per image and images per second against the host; fails only beyond a given budget. */
export const latency: Check = {
  name: 'latency',
  async run(subject) {
    const { size, ...options } = subject.timing;
    const timers = [
      await timer(subject, 'host', 1, size),
      await timer(subject, 'grafted', 1, size),
    ];
    const limit = subject.budget.overhead ?? null;
    const [host, grafted] = await measureLatency(timers, {
      ...options,
      ...(limit === null ? { budget } : {}),
    });
    const ratio = grafted!.median / host!.median;
    return {
      status: limit === null || ratio <= limit ? 'passed' : 'failed',
      measured: figure(ratio),
      limit,
      detail: `Time for one ${size.width}x${size.height} image relative to the host: median ${grafted!.median.toFixed(1)} ms against ${host!.median.toFixed(1)} ms, ${host!.runs.length} runs each.`,
      figures: {
        latency: { ...size, host: host!, grafted: grafted! },
        ...(await throughput(subject, batch * host!.median > patience)),
      },
    };
  },
};

async function throughput(subject: Subject, slow: boolean) {
  if (subject.batches.length < 2) return {};
  const { warmUp, repeats = 9 } = subject.timing;
  const size = slow ? smaller(subject) : subject.timing.size;
  const timers = [
    await timer(subject, 'host', batch, size),
    await timer(subject, 'grafted', batch, size),
  ];
  // Each run covers several images, so fewer runs are enough.
  const options = {
    repeats: slow ? 1 : Math.ceil(repeats / 3),
    budget,
    ...(warmUp === undefined ? {} : { warmUp }),
  };
  const [host, grafted] = await measureLatency(timers, options);
  const rate = (median: number): number => (1000 * batch) / median;
  return {
    throughput: { batch, ...size, host: rate(host!.median), grafted: rate(grafted!.median) },
  };
}

/** Half the side, as a multiple of the size multiple: four of them have the pixels of one image. */
function smaller({ input, multiple, timing }: Subject): ImageSize {
  const half = (side: number): number => Math.ceil(side / 2 / multiple) * multiple;
  const { width, height } = timing.size;
  return fit(input.dims, { width: half(width), height: half(height) });
}

/** Times runs of one model in the process that executes them. */
async function timer(subject: Subject, side: Side, count: number, size: ImageSize): Promise<Timer> {
  const session = await subject.session(side, { level: 'all' });
  const image = fitted(subject.image, size);
  const images = Array.from({ length: count }, () => image);
  const feeds = readyFeeds(session, subject.feeds(side, { images }));
  return (runs) => session.time(feeds, runs);
}
