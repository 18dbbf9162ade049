import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { GraftError, own } from '@pip-graft/graft';
import { anyModel, isReplaceable } from '../../options/check-output.ts';
import type { JobConfig } from '../config/schema.ts';
import type { Lock } from '../lock/lock.ts';

/**
 * Rejects an output over a file that is not a model and that the lock does not list: a config that
 * names it by mistake would destroy it. Errors: `WRITE_FAILED`.
 */
export function refuseForeignOutputs(
  jobs: readonly JobConfig[],
  folder: string,
  lock: Lock | null,
): void {
  for (const { name, output } of jobs) {
    const path = resolve(folder, output);
    const made = Object.keys(own(lock?.jobs ?? {}, name)?.outputs ?? {});
    if (made.some((each) => resolve(folder, each) === path) || !existsSync(path)) continue;
    if (!isReplaceable(path, anyModel))
      throw new GraftError(
        'WRITE_FAILED',
        `${path}: the output of job '${name}' would replace a file that is not a model; remove it, or choose another output.`,
      );
  }
}
