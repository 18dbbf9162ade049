export interface LatencyOptions {
  /** Runs before the first that counts: the first run of a shape allocates and, on a GPU, picks kernels. Default 2. */
  readonly warmUp?: number;
  /** Runs that count. Default 9. */
  readonly repeats?: number;
}

/** Milliseconds per run. */
export interface Latency {
  readonly median: number;
  /** Distance between the quartiles: how noisy the median is. */
  readonly spread: number;
  readonly fastest: number;
  readonly runs: readonly number[];
}

/** Does something several times in a row and says how many milliseconds each took. */
export type Timer = (runs: number) => Promise<readonly number[]>;

/** Runs in a row that count before the next task has its turn. */
const block = 3;

/**
 * How long each of several tasks takes. They take turns in short blocks, so that
 * a slow moment of the machine hits all alike; the first run of a block does not
 * count, because the threads of the session before keep a core busy for a moment
 * after it has ended.
 *
 * @example
 * const [host, grafted] = await measureLatency([(runs) => a.time(feeds, runs), (runs) => b.time(feeds, runs)]);
 */
export async function measureLatency(
  timers: readonly Timer[],
  options: LatencyOptions = {},
): Promise<Latency[]> {
  const { warmUp = 2, repeats = 9 } = options;
  const runs: number[][] = timers.map(() => []);
  for (let done = 0; done < repeats; done += block) {
    for (const [index, timer] of timers.entries()) {
      const idle = done === 0 ? warmUp : 1;
      const taken = await timer(idle + Math.min(block, repeats - done));
      runs[index]!.push(...taken.slice(idle));
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
