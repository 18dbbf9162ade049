import { lstatSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { filePath, listNames } from './file-path.ts';
import { syncFolder } from './make-folder.ts';
import { hasProcess, isRunning } from './process-mark.ts';
import { cutName, parseTemporaryName, type TemporaryName } from './temporary-name.ts';

/** A temporary file whose process is unknown is taken for a leftover if nothing wrote to it for a day. */
const dayMs = 24 * 60 * 60 * 1000;

interface Leftover extends TemporaryName {
  readonly path: string;
  /** Where it was to go. */
  readonly place: string;
}

/**
 * Deals with what killed runs left in a folder. A write that was whole and whose files were taking
 * their places is finished; everything else is removed. What a running process writes is left alone:
 * its mark says so, see {@link isRunning}; of a process on another machine, a day's silence.
 *
 * Never fails: what cannot be removed stays, and is in nobody's way.
 *
 * @param targets files that are written there, also in folders below: of these, temporary names that
 * say only a process id are ours, too
 */
export async function sweepLeftovers(
  folder: string,
  targets: readonly string[] = [],
): Promise<void> {
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
  for (const leftovers of writes.values()) {
    if (leftovers.some(({ kind }) => kind === 'new') && !(await finish(leftovers))) continue;
    for (const { path } of leftovers) await remove(path);
  }
}

const swept = new Set<string>();

/** As {@link sweepLeftovers}, once for each folder in this process. */
export async function sweepOnce(folder: string, targets: readonly string[] = []): Promise<void> {
  const key = resolve(folder);
  if (swept.has(key)) return;
  swept.add(key);
  await sweepLeftovers(folder, targets);
}

/** The names in a folder that are not of temporary files of ours. @param targets see {@link sweepLeftovers} */
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

/** Whether a name is that of a temporary file for one of some targets. */
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

/** Moves the files of a whole write to their places, the one that makes the others count last. */
async function finish(leftovers: readonly Leftover[]): Promise<boolean> {
  const staged = leftovers.filter(({ kind }) => kind !== 'old');
  staged.sort((a, b) => Number(a.kind === 'new') - Number(b.kind === 'new'));
  try {
    for (const { path, place } of staged) await rename(filePath(path), filePath(place));
    for (const home of new Set(staged.map(({ place }) => dirname(place)))) await syncFolder(home);
    return true;
  } catch {
    return false;
  }
}

async function remove(path: string): Promise<void> {
  // Node takes bytes here, which its types do not say.
  await rm(filePath(path) as string, { recursive: true, force: true }).catch(() => {});
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
