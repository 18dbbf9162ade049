import { join } from 'node:path';
import type { System } from './system.ts';

/** A shared library by name, with the path where the loader finds it. */
export interface FoundLibrary {
  readonly name: string;
  /** Undefined if the loader does not find it. */
  readonly path?: string;
  /** Folders that contain it but that the loader does not search. */
  readonly elsewhere?: readonly string[];
}

/** Folders that the dynamic loader searches, and others that contain libraries. */
export interface LibraryPaths {
  /** LD_LIBRARY_PATH. */
  readonly variable: readonly string[];
  /** Paths by name, from /etc/ld.so.cache. */
  readonly cache: ReadonlyMap<string, string>;
  /** Default folders, searched last. */
  readonly standard: readonly string[];
  readonly others: readonly string[];
}

const standard = [
  '/lib/x86_64-linux-gnu',
  '/usr/lib/x86_64-linux-gnu',
  '/lib64',
  '/usr/lib64',
  '/lib',
  '/usr/lib',
];

/** Reads the loader's configuration on this machine. */
export async function libraryPaths(
  system: System,
  others: readonly string[],
): Promise<LibraryPaths> {
  const listed = (await system.run('ldconfig', ['-p'])) ?? '';
  const cache = new Map<string, string>();
  for (const [, name, path] of listed.matchAll(/^\s+(\S+) \([^)]*x86-64[^)]*\) => (\S+)$/gm))
    if (!cache.has(name!)) cache.set(name!, path!);
  const variable = (system.variables['LD_LIBRARY_PATH'] ?? '').split(/[:;]/).filter(Boolean);
  return { variable, cache, standard, others };
}

/**
 * Finds a library as the loader does, in its order: LD_LIBRARY_PATH, the file's RUNPATH, the cache, the
 * standard folders.
 *
 * @param runpath the file's search folders, with `$ORIGIN` expanded
 */
export function findLibrary(
  system: Pick<System, 'exists'>,
  paths: LibraryPaths,
  name: string,
  runpath: readonly string[] = [],
): FoundLibrary {
  // A name with a slash is a path: no search.
  if (name.includes('/')) return system.exists(name) ? { name, path: name } : { name };
  const there = (folder: string): boolean => system.exists(join(folder, name));
  const first = [...paths.variable, ...runpath].find(there);
  if (first !== undefined) return { name, path: join(first, name) };
  const cached = paths.cache.get(name);
  if (cached !== undefined && system.exists(cached)) return { name, path: cached };
  const last = paths.standard.find(there);
  if (last !== undefined) return { name, path: join(last, name) };
  const elsewhere = paths.others.filter(there);
  return { name, ...(elsewhere.length > 0 ? { elsewhere } : {}) };
}
