import { lstatSync, renameSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { filePath, listNames, syncFolderNow } from './file-path.ts';
import {
  cutName,
  hasProcess,
  isRunning,
  parseTemporaryName,
  type TemporaryName,
} from './temporary-name.ts';

/** A temporary file of an unknown process counts as a leftover after a day without writes. */
const dayMs = 24 * 60 * 60 * 1000;

interface Leftover extends TemporaryName {
  readonly path: string;
  /** Its intended place. */
  readonly place: string;
}

/**
 * Cleans up what killed runs left in a folder. Finishes a complete write whose files were taking
 * their places; removes everything else. Leaves alone what a running process writes, known by its
 * mark, see {@link isRunning}, or, on another machine, by a write within a day.
 *
 * Never fails: what cannot be removed stays, and does no harm.
 *
 * @param targets files written there, also in folders below: for these, temporary names with only a
 * process id are ours, too
 */
export async function sweepLeftovers(
  folder: string,
  targets: readonly string[] = [],
): Promise<void> {
  for (const leftovers of staleWrites(folder, targets)) {
    if (isWhole(leftovers) && !finish(leftovers)) continue;
    for (const { path } of leftovers) await remove(path);
  }
}

/**
 * Finishes complete writes that killed runs left in a folder, like {@link sweepLeftovers}, for a
 * reader, which removes nothing else. Never fails.
 */
export function finishLeftovers(folder: string, targets: readonly string[]): void {
  for (const leftovers of staleWrites(folder, targets).filter(isWhole)) {
    if (!finish(leftovers)) continue;
    // What cannot be removed does no harm, and a later write removes it.
    for (const { path, kind } of leftovers) if (kind === 'old') removeNow(path);
  }
}

/** The leftovers in a folder, by write. */
function staleWrites(folder: string, targets: readonly string[]): Leftover[][] {
  const homes = new Set(['.', ...targets.map((target) => dirname(target))]);
  const writes = new Map<string, Leftover[]>();
  for (const home of homes) {
    const known = knownNames(targets.filter((target) => dirname(target) === home));
    for (const name of namesIn(join(folder, home))) {
      const found = parseTemporaryName(name);
      const path = join(folder, home, name);
      if (!found || !isOurs(found, known) || !isStale(path, found)) continue;
      const place = join(folder, home, known.get(found.target) ?? found.target);
      writes.set(found.write, [...(writes.get(found.write) ?? []), { ...found, path, place }]);
    }
  }
  return [...writes.values()];
}

/** Whether all files of a write were complete. */
function isWhole(leftovers: readonly Leftover[]): boolean {
  return leftovers.some(({ kind }) => kind === 'new');
}

const swept = new Set<string>();

/** Like {@link sweepLeftovers}, but once for each folder in this process. */
export async function sweepOnce(folder: string, targets: readonly string[] = []): Promise<void> {
  const key = resolve(folder);
  if (swept.has(key)) return;
  swept.add(key);
  await sweepLeftovers(folder, targets);
}

/** Names in a folder other than our temporary files. @param targets see {@link sweepLeftovers} */
export function withoutLeftovers(
  names: readonly string[],
  targets: readonly string[] = [],
): string[] {
  const known = knownNames(targets);
  return names.filter((name) => {
    const found = parseTemporaryName(name);
    return !found || !isOurs(found, known);
  });
}

/** Whether a name is a temporary file for one of the targets. */
export function isLeftoverOf(name: string, targets: readonly string[]): boolean {
  const found = parseTemporaryName(name);
  return found !== undefined && knownNames(targets).has(found.target);
}

function knownNames(targets: readonly string[]): Map<string, string> {
  return new Map(targets.map((target) => [cutName(basename(target)), basename(target)]));
}

function isOurs({ mark, target }: TemporaryName, known: ReadonlyMap<string, string>): boolean {
  return mark !== undefined || known.has(target);
}

/**
 * Moves the files of a complete write to their places; the one that makes them count comes last.
 */
function finish(leftovers: readonly Leftover[]): boolean {
  const staged = leftovers.filter(({ kind }) => kind !== 'old');
  staged.sort((a, b) => Number(a.kind === 'new') - Number(b.kind === 'new'));
  try {
    for (const { path, place } of staged) renameSync(filePath(path), filePath(place));
    for (const home of new Set(staged.map(({ place }) => dirname(place)))) syncFolderNow(home);
    return true;
  } catch {
    return false;
  }
}

async function remove(path: string): Promise<void> {
  // Node accepts bytes here, which its types omit.
  await rm(filePath(path) as string, { recursive: true, force: true }).catch(() => {});
}

function removeNow(path: string): void {
  try {
    rmSync(filePath(path) as string, { force: true });
  } catch {}
}

function isStale(path: string, { mark, pid }: TemporaryName): boolean {
  const running = mark ? isRunning(mark) : hasProcess(pid);
  if (running !== undefined) return !running;
  try {
    return lstatSync(filePath(path)).mtimeMs < Date.now() - dayMs;
  } catch {
    return false;
  }
}

function namesIn(folder: string): string[] {
  try {
    return listNames(folder);
  } catch {
    return [];
  }
}
