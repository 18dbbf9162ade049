import { didYouMean, GraftError } from '@pip-graft/graft';
import { type Shard, type Share, shareOf } from '../../shard.ts';
import type { JobConfig } from './schema.ts';

/**
 * Returns the jobs with these names and those that they start from, in the order of the config.
 *
 * Errors: `INVALID_ARGUMENT` for a name that no job has.
 *
 * @param only names separated by commas; default: all jobs
 */
export function chooseJobs(jobs: readonly JobConfig[], only: string | undefined): JobConfig[] {
  if (only === undefined) return [...jobs];
  const byName = new Map(jobs.map((job) => [job.name, job]));
  const chosen = new Set<JobConfig>();
  for (const name of only.split(',').map((word) => word.trim())) {
    let job = byName.get(name);
    if (job === undefined) {
      throw new GraftError(
        'INVALID_ARGUMENT',
        `--only '${name}': there is no such job (there are ${[...byName.keys()].join(', ')})${didYouMean(name, [...byName.keys()])}`,
      );
    }
    for (; job !== undefined; job = 'job' in job.source ? byName.get(job.source.job) : undefined)
      chosen.add(job);
  }
  return jobs.filter((job) => chosen.has(job));
}

/** Jobs of a shard. Dependent jobs stay together, so that none waits for another machine. */
export function shareOfJobs(
  jobs: readonly JobConfig[],
  shard: Shard | undefined,
): Share<JobConfig> {
  const byName = new Map(jobs.map((job) => [job.name, job]));
  const rootOf = (job: JobConfig): string => {
    let root = job;
    while ('job' in root.source) {
      const source = byName.get(root.source.job);
      if (source === undefined) break;
      root = source;
    }
    return root.name;
  };
  return shareOf(jobs, rootOf, shard);
}
