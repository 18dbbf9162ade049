import { peakMemory } from '../peak-memory.ts';
import type { Check } from '../subject.ts';
import { figure, skipped } from '../verdict.ts';

/** Memory at the peak of a process that loads and runs the model, against the host; a gate only where a budget was given. */
export const memory: Check = {
  name: 'memory',
  async run(subject) {
    if (subject.device !== 'cpu')
      return skipped(`Memory is measured on the CPU only, not on ${subject.device}.`);
    const { size } = subject.timing;
    const { name, type } = subject.picture;
    const { threads } = subject;
    const input = {
      name,
      type,
      dims: [1, 3, size.height, size.width],
      ...(threads === undefined ? {} : { threads }),
    };
    const host = await peakMemory(await subject.path('host'), input);
    const grafted = await peakMemory(await subject.path('grafted'), input);
    const limit = subject.budget.memory ?? null;
    const ratio = grafted / host;
    return {
      status: limit === null || ratio <= limit ? 'passed' : 'failed',
      measured: figure(ratio),
      limit,
      detail: `Memory at the peak for one ${size.width}x${size.height} picture against the host: ${(grafted / 1e6).toFixed(0)} MB against ${(host / 1e6).toFixed(0)} MB, above the bare runtime.`,
      figures: { memory: { host, grafted } },
    };
  },
};
