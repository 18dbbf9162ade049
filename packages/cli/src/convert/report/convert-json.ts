import type { ShardRecord } from '../../shard/shard-record.ts';
import { version } from '../../version.ts';
import { exitOf, type Outcome, totalBytes } from '../outcome.ts';

/** Version of the shape below. */
const format = 1;

/** A run as plain data: what `graft convert --json` prints. */
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
    jobs: outcomes.map(({ made, milliseconds: _, failure, ...rest }) => ({
      ...rest,
      failure: failure && { code: failure.code, message: failure.message, exit: failure.exit },
      bytes: made === null ? null : totalBytes(made.files),
      ...(made ?? {}),
    })),
    ...(shard && { shard }),
  };
}
