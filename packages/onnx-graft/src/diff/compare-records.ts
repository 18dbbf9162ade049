import type { Field } from '../model/model.ts';
import type { ByteSource } from '../wire/source.ts';
import type { RecordChange, RecordDiff } from './model-diff.ts';
import { sameBytes } from './same-bytes.ts';

/** Records of one kind, in file order, each under the name that it is matched by. */
export interface Records<T> {
  readonly source: ByteSource;
  readonly list: readonly { readonly name: string; readonly field: Field; readonly record: T }[];
}

/** Matches records by name and compares the matched ones as bytes; `explain` says what differs. */
export function compareRecords<T>(
  a: Records<T>,
  b: Records<T>,
  explain: (before: T, after: T) => readonly string[],
): RecordDiff {
  const before = keyed(a.list);
  const after = keyed(b.list);
  const changed: RecordChange[] = [];
  let unchanged = 0;
  for (const [name, old] of before) {
    const now = after.get(name);
    if (now === undefined) continue;
    const left = { source: a.source, start: old.field.start, end: old.field.end };
    if (sameBytes(left, { source: b.source, start: now.field.start, end: now.field.end })) {
      unchanged++;
      continue;
    }
    const what = explain(old.record, now.record);
    changed.push({ name, what: what.length > 0 ? what : ['bytes'] });
  }
  const kept = [...before.keys()].filter((name) => after.has(name));
  const keptAfter = [...after.keys()].filter((name) => before.has(name));
  return {
    added: [...after.keys()].filter((name) => !before.has(name)),
    removed: [...before.keys()].filter((name) => !after.has(name)),
    changed,
    unchanged,
    reordered: kept.some((name, i) => name !== keptAfter[i]),
  };
}

/** Names that occur again are numbered, so that no record is lost. */
function keyed<T extends { readonly name: string }>(list: readonly T[]): Map<string, T> {
  const found = new Map<string, T>();
  const times = new Map<string, number>();
  for (const item of list) {
    const count = (times.get(item.name) ?? 0) + 1;
    times.set(item.name, count);
    found.set(count === 1 ? item.name : `${item.name} (${count})`, item);
  }
  return found;
}
