import { argument } from '@pip-graft/onnx-graft';

export interface LatencyOptions {
  /** Warm-up runs: a shape's first run allocates and, on a GPU, selects kernels. Default: 2. */
  readonly warmUp?: number;
  /** Runs that count. Default: 9. */
  readonly repeats?: number;
  /**
   * Milliseconds for all tasks together. Slow tasks get fewer runs, at least three of each, and one
   * warm-up run. Default: no limit.
   */
  readonly budget?: number;
}

/** Milliseconds per run. */
export interface Latency {
  readonly median: number;
  /** Interquartile range: the noise of the median. */
  readonly spread: number;
  readonly fastest: number;
  readonly runs: readonly number[];
}

/** Runs a task several times in a row and returns the milliseconds of each run. */
export type Timer = (runs: number) => Promise<readonly number[]>;

/** Counted runs in a row before the next task's turn. */
const block = 3;

/**
 * Measures the latency of several tasks. They take turns in short blocks, so that a slow moment of the
 * machine affects all of them; the first run of a block does not count, because the threads of the
 * previous session keep a core busy for a moment. All tasks have the same number of runs.
 *
 * @example
 * const [host, grafted] = await measureLatency([(runs) => a.time(feeds, runs), (runs) => b.time(feeds, runs)]);
 */
export async function measureLatency(
  timers: readonly Timer[],
  options: LatencyOptions = {},
): Promise<Latency[]> {
  argument.requireMembers({ timers }, 'measureLatency', { timers: 'a list' });
  const { warmUp = 2, repeats = 9, budget = Number.POSITIVE_INFINITY } = options;
  const runs: number[][] = timers.map(() => []);
  // What one more block of every task would take, as far as is known.
  let round = 0;
  let spent = 0;
  for (let done = 0; done < repeats; done += block) {
    if (done > 0 && spent + round > budget) break;
    round = 0;
    for (const [index, timer] of timers.entries()) {
      const counted = Math.min(block, repeats - done);
      const first = done === 0 && warmUp > 0 ? await timer(1) : [];
      const slow = timers.length * (warmUp + block) * sum(first) > budget;
      const idle = done > 0 ? 1 : slow ? 0 : Math.max(0, warmUp - 1);
      const taken = await timer(idle + counted);
      runs[index]!.push(...taken.slice(idle));
      round += (sum(taken.slice(idle)) / counted) * (block + 1);
      spent += sum(first) + sum(taken);
    }
  }
  return runs.map(summarise);
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}

function summarise(runs: readonly number[]): Latency {
  const sorted = [...runs].sort((a, b) => a - b);
  return {
    median: quantile(sorted, 0.5),
    spread: quantile(sorted, 0.75) - quantile(sorted, 0.25),
    fastest: sorted[0] ?? Number.NaN,
    runs,
  };
}

/** A quantile by linear interpolation, as in numpy. */
function quantile(sorted: readonly number[], share: number): number {
  const at = (sorted.length - 1) * share;
  const low = sorted[Math.floor(at)] ?? Number.NaN;
  const high = sorted[Math.ceil(at)] ?? Number.NaN;
  return low + (high - low) * (at - Math.floor(at));
}
