export interface LatencyOptions {
  /** Runs before the first one counts: the first run of a shape allocates and, on a GPU, picks kernels. Default 2. */
  readonly warmUp?: number;
  /** Runs that count. Default 9. */
  readonly repeats?: number;
  /** A clock in milliseconds. Default `performance.now`. */
  readonly now?: () => number;
}

/** Milliseconds per run. */
export interface Latency {
  readonly median: number;
  /** Distance between the quartiles: how noisy the median is. */
  readonly spread: number;
  readonly fastest: number;
  readonly runs: readonly number[];
}

/**
 * How long each of several tasks takes, run in turn (a, b, a, b, …) so that a
 * slow moment of the machine hits all of them alike.
 *
 * @example
 * const [host, grafted] = await measureLatency([() => runModel(a, feeds), () => runModel(b, feeds)]);
 */
export async function measureLatency(
  tasks: readonly (() => Promise<unknown>)[],
  options: LatencyOptions = {},
): Promise<Latency[]> {
  const { warmUp = 2, repeats = 9, now = () => performance.now() } = options;
  const runs: number[][] = tasks.map(() => []);
  for (let round = -warmUp; round < repeats; round++) {
    for (const [index, task] of tasks.entries()) {
      const start = now();
      await task();
      if (round >= 0) runs[index]!.push(now() - start);
    }
  }
  return runs.map(summarise);
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

/** Linear between the two nearest, as numpy's default. */
function quantile(sorted: readonly number[], share: number): number {
  const at = (sorted.length - 1) * share;
  const low = sorted[Math.floor(at)] ?? Number.NaN;
  const high = sorted[Math.ceil(at)] ?? Number.NaN;
  return low + (high - low) * (at - Math.floor(at));
}
