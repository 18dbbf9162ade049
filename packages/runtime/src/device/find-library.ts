import { join } from 'node:path';
import type { System } from './system.ts';

/** A shared library by the name it is asked for, and where the loader would find it. */
export interface FoundLibrary {
  readonly name: string;
  /** Left out when the loader would not find it. */
  readonly path?: string;
  /** Folders that hold it and that the loader does not search. */
  readonly elsewhere?: readonly string[];
}

/** Where the dynamic loader looks, and where libraries lie that it does not see. */
export interface LibraryPaths {
  /** LD_LIBRARY_PATH. */
  readonly variable: readonly string[];
  /** Paths by name, of /etc/ld.so.cache. */
  readonly cache: ReadonlyMap<string, string>;
  /** Searched last, without being named anywhere. */
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

/** Reads what the loader knows on this machine. */
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
 * Where the loader finds a library that a file asks for, in its own order: LD_LIBRARY_PATH, the
 * file's RUNPATH, the cache, the standard folders.
 *
 * @param runpath folders named by the file, `$ORIGIN` already replaced
 */
export function findLibrary(
  system: Pick<System, 'exists'>,
  paths: LibraryPaths,
  name: string,
  runpath: readonly string[] = [],
): FoundLibrary {
  // A name with a slash is a path, and is not searched for.
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
