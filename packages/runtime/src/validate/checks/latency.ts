import { imageTensor } from '../../image/image-tensor.ts';
import { imageInput } from '../../restore/image-values.ts';
import { measureLatency } from '../../session/measure-latency.ts';
import { runModel } from '../../session/run-model.ts';
import { fitted } from '../pictures.ts';
import type { Check } from '../subject.ts';
import { figure } from '../verdict.ts';

/** Time for one picture against the host; a gate only where a budget was given. */
export const latency: Check = {
  name: 'latency',
  async run(subject) {
    const { size, ...options } = subject.timing;
    const photo = imageTensor([fitted(subject.photo, size)]);
    const sessions = [
      await subject.session('host', 'all'),
      await subject.session('grafted', 'all'),
    ];
    const tasks = sessions.map(
      (session) => () => runModel(session, { [imageInput(session).name]: photo }),
    );
    const [host, grafted] = await measureLatency(tasks, options);
    const ratio = grafted!.median / host!.median;
    const limit = subject.budget.overhead ?? null;
    return {
      status: limit === null || ratio <= limit ? 'passed' : 'failed',
      measured: figure(ratio),
      limit,
      detail: `Time for one ${size.width}x${size.height} picture against the host: median ${grafted!.median.toFixed(1)} ms against ${host!.median.toFixed(1)} ms of ${host!.runs.length} runs each.`,
      figures: { latency: { ...size, host: host!, grafted: grafted! } },
    };
  },
};
