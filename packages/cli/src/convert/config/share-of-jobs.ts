import type { Shard } from '../../shard/shard.ts';
import { type Share, shareOf } from '../../shard/share-of.ts';
import type { JobConfig } from './schema.ts';

/** The jobs of a shard: jobs that start from each other stay together, so none waits for another machine. */
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
