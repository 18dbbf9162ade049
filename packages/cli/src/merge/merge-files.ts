import { GraftError } from '@pip-graft/graft';
import { decodeLock, encodeLock, type LockedJob } from '../convert/lock/lock.ts';
import { type Entry, encodeJournal, readJournal } from '../restore/journal.ts';
import type { Part } from './read-parts.ts';

/** Joins journals of `graft restore`, sorted by name; lines that make no sense are dropped. */
export function mergeJournals(parts: readonly Part[]): string {
  const entries = new Map<string, Entry>();
  for (const { text } of parts)
    for (const [name, entry] of readJournal(text).entries) entries.set(name, entry);
  return encodeJournal([...entries.values()].sort((a, b) => (a.name < b.name ? -1 : 1)));
}

/**
 * Joins lock files of `graft convert`. Errors: `CORRUPT_FILE`; `INVALID_ARGUMENT` for a job that is
 * locked differently in two.
 */
export function mergeLocks(parts: readonly Part[]): string {
  const jobs = new Map<string, LockedJob & { readonly path: string }>();
  for (const { path, text } of parts) {
    for (const [name, job] of Object.entries(decodeLock(text, path).jobs)) {
      const other = jobs.get(name);
      if (
        other !== undefined &&
        JSON.stringify({ ...job, path: other.path }) !== JSON.stringify(other)
      )
        throw new GraftError(
          'INVALID_ARGUMENT',
          `${path}: job '${name}' is not locked as in ${other.path}; merge the shards of one run.`,
        );
      jobs.set(name, { ...job, path });
    }
  }
  return encodeLock(new Map([...jobs].map(([name, { path: _, ...job }]) => [name, job])));
}
