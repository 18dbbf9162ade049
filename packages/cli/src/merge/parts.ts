import { readFileSync, statSync } from 'node:fs';
import { GraftError, own } from '@pip-graft/graft';
import { filePath, ioError } from '@pip-graft/graft/files';
import type { z } from 'zod';
import type { Replaceable } from '../options/check-output.ts';
import { readJournal } from '../restore/journal.ts';
import type { ShardRecord } from '../shard.ts';

/** Largest result to read, in bytes: figures of a million images. */
const maxBytes = 512 * 1024 * 1024;

/** Kinds of files that `graft merge-reports` can merge. */
export type PartKind = 'journal' | 'lock' | 'restore' | 'eval' | 'convert';

/** A file of a shard. */
export interface Part {
  readonly path: string;
  readonly kind: PartKind;
  readonly text: string;
  /** Parsed JSON; undefined for a journal, which consists of lines. */
  readonly value: unknown;
}

/**
 * Reads files of shards, all of one kind.
 *
 * Errors: `NOT_FOUND`, `READ_FAILED`, `LIMIT_EXCEEDED`; `CORRUPT_FILE` for a file that is not JSON
 * or not from a shard; `INVALID_ARGUMENT` for files of several kinds, and for a shard that failed.
 */
export function readParts(paths: readonly string[]): { kind: PartKind; parts: Part[] } {
  const parts = paths.map(readPart);
  const kind = parts[0]!.kind;
  const other = parts.find((part) => part.kind !== kind);
  if (other === undefined) return { kind, parts };
  throw new GraftError(
    'INVALID_ARGUMENT',
    `${other.path}: ${names[other.kind]}, but ${parts[0]!.path} is ${names[kind]}; merge one kind at a time.`,
  );
}

/** What merging files of a kind writes: a file of that kind. */
export function mergedFile(kind: PartKind): Replaceable {
  return {
    what: names[kind],
    accepts(path) {
      if (kind === 'journal') return readJournal(textOf(path)).entries.size > 0;
      const { value, kind: found } = readPart(path);
      return (
        found === kind &&
        marks[kind].every(
          (mark) => own(value as Readonly<Record<string, unknown>>, mark) !== undefined,
        )
      );
    },
  };
}

/** Keys of a result, besides its list: configs and other tools' files have lists of that name. */
const marks: Readonly<Record<Exclude<PartKind, 'journal'>, readonly string[]>> = {
  lock: ['format', 'tool'],
  restore: ['model', 'device'],
  eval: ['model', 'settings'],
  convert: ['format', 'tool'],
};

const names: Readonly<Record<PartKind, string>> = {
  journal: 'a journal',
  lock: 'a lock file',
  restore: 'a result of graft restore',
  eval: 'a result of graft eval',
  convert: 'a result of graft convert',
};

function readPart(path: string): Part {
  const text = textOf(path);
  if (path.endsWith('.jsonl')) {
    const { entries, ignored } = readJournal(text);
    // An empty one is that of a shard without images.
    if (ignored === 0 || entries.size > 0) return { path, kind: 'journal', text, value: undefined };
    throw new GraftError(
      'CORRUPT_FILE',
      `${path}: not a journal of graft restore; pass those in its output folder.`,
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new GraftError(
      'CORRUPT_FILE',
      `${path}: not JSON, or only the start of it; run its shard again.`,
      { cause },
    );
  }
  const fields = typeof value === 'object' && value !== null ? (value as Fields) : {};
  const kind = kindOf(fields);
  if (kind !== undefined) return { path, kind, text, value };
  const { message } = (fields.error ?? {}) as { readonly message?: unknown };
  if (typeof message === 'string')
    throw new GraftError(
      'INVALID_ARGUMENT',
      `${path}: its shard failed (${message}); run it again.`,
    );
  throw new GraftError(
    'CORRUPT_FILE',
    `${path}: not a result of a shard; write one with --shard and --json.`,
  );
}

interface Fields {
  readonly jobs?: unknown;
  readonly tasks?: unknown;
  readonly images?: unknown;
  readonly error?: unknown;
}

function kindOf({ jobs, tasks, images }: Fields): PartKind | undefined {
  if (Array.isArray(jobs)) return 'convert';
  if (typeof jobs === 'object' && jobs !== null) return 'lock';
  if (Array.isArray(tasks)) return 'eval';
  return Array.isArray(images) ? 'restore' : undefined;
}

function textOf(path: string): string {
  try {
    const { size } = statSync(filePath(path));
    if (size > maxBytes)
      throw new GraftError(
        'LIMIT_EXCEEDED',
        `${path}: larger than ${maxBytes} bytes; it is not a result of a shard.`,
      );
    return readFileSync(filePath(path), 'utf8');
  } catch (error) {
    throw ioError('read', path, error);
  }
}

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
        throw invalid(path, `its list differs from that of ${other ?? first.path}`);
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
