import type { ShardRecord } from '../../shard/shard-record.ts';
import { version } from '../../version.ts';
import { untimed } from '../cache/entry.ts';
import { exitOf, type Outcome, totalBytes } from '../outcome.ts';

/** Version of the shape below. */
const format = 1;

/** A run as plain data: what `graft convert --json` prints. A shard's has times, which a merged report needs. */
export function convertJson(
  outcomes: readonly Outcome[],
  frozen: boolean,
  shard?: ShardRecord,
): unknown {
  return {
    format,
    tool: { name: 'graft', version },
    status: exitOf(outcomes) === 0 ? 'passed' : 'failed',
    frozen,
    jobs: outcomes.map(({ made, milliseconds, failure, ...rest }) => ({
      ...rest,
      ...(shard === undefined ? {} : { milliseconds }),
      failure: failure && { code: failure.code, message: failure.message, exit: failure.exit },
      bytes: made === null ? null : totalBytes(made.files),
      ...(made === null ? {} : shard === undefined ? untimed(made) : made),
    })),
    ...(shard && { shard }),
  };
}
