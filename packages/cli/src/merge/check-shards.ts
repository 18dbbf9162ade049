import { GraftError } from '@pip-graft/graft';
import type { z } from 'zod';
import type { ShardRecord } from '../shard/shard.ts';
import type { Part } from './read-parts.ts';

/** A part with the value that its schema parsed. */
export interface Sharded<Value> {
  readonly path: string;
  readonly value: Value;
}

/** Checks parts against a schema; the order of their keys is kept. Errors: `CORRUPT_FILE`. */
export function parseParts<Value>(
  parts: readonly Part[],
  schema: z.ZodType<Value>,
): [Sharded<Value>, ...Sharded<Value>[]] {
  const parsed = parts.map(({ path, value }) => {
    const found = schema.safeParse(value);
    if (found.success) return { path, value: value as Value };
    const [issue] = found.error.issues;
    const where = issue?.path.join('.') ?? '';
    const what = where === 'shard' ? 'no shard; run with --shard' : `wrong at '${where}'`;
    throw new GraftError(
      'CORRUPT_FILE',
      `${path}: not a result of a shard of this version: ${what}.`,
    );
  });
  return parsed as [Sharded<Value>, ...Sharded<Value>[]];
}

/**
 * Requires all shards of one list, each once.
 *
 * Errors: `INVALID_ARGUMENT`, which names shards that are missing, appear twice or saw another
 * list.
 */
export function requireAllShards(parts: readonly Sharded<{ readonly shard: ShardRecord }>[]): void {
  const first = parts[0]!;
  const { count, total } = first.value.shard;
  const byIndex = new Map<number, string>();
  const positions = new Map<number, string>();
  for (const { path, value } of parts) {
    const { index, order, ...shard } = value.shard;
    if (shard.count !== count)
      throw invalid(path, `shard of ${shard.count}, but ${first.path} is of ${count}`);
    if (index > count) throw invalid(path, `there is no shard ${index} of ${count}`);
    const twin = byIndex.get(index);
    if (twin !== undefined) throw invalid(path, `shard ${index} of ${count}, as ${twin}`);
    byIndex.set(index, path);
    if (shard.total !== total)
      throw invalid(path, `its list has ${shard.total} entries, that of ${first.path} ${total}`);
    for (const position of order) {
      const other = positions.get(position);
      if (other !== undefined || position >= total)
        throw invalid(path, `its list is not that of ${other ?? first.path}`);
      positions.set(position, path);
    }
  }
  const missing: number[] = [];
  for (let index = 1; index <= count && missing.length <= 10; index++)
    if (!byIndex.has(index)) missing.push(index);
  if (missing.length === 0) return;
  const more = missing.length > 10 ? ' and more' : '';
  const [which, them] =
    missing.length === 1
      ? ['shard', 'is missing; run it, and pass its file']
      : ['shards', 'are missing; run them, and pass their files'];
  throw new GraftError(
    'INVALID_ARGUMENT',
    `results: ${which} ${missing.slice(0, 10).join(', ')}${more} of ${count} ${them} as well.`,
  );
}

/** Requires that all parts have the same value. Errors: `INVALID_ARGUMENT`. */
export function requireSame<Value>(
  parts: readonly Sharded<Value>[],
  name: string,
  of: (value: Value) => unknown,
): void {
  const [first] = parts;
  for (const { path, value } of parts) {
    const [a, b] = [JSON.stringify(of(first!.value)), JSON.stringify(of(value))];
    if (a !== b) throw invalid(path, `its ${name} is ${b}, that of ${first!.path} ${a}`);
  }
}

function invalid(path: string, why: string): GraftError {
  return new GraftError('INVALID_ARGUMENT', `${path}: ${why}; merge the shards of one run.`);
}
