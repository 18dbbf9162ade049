import { execFile } from 'node:child_process';
import { accessSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { dirname, join } from 'node:path';
import { type FileSource, fileSource } from '@pip-graft/onnx-graft/node';

/** The machine under diagnosis, real or simulated by a test. Only `open` throws. */
export interface System {
  /** As Node names them: linux, x64. */
  readonly platform: string;
  readonly arch: string;
  /** Version of glibc; undefined with another C library. */
  readonly glibc?: string;
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Folder of onnxruntime-node; undefined if it is not installed. */
  readonly runtimeFolder?: string;
  /** Whether `@pip-graft/onnxruntime` is installed, which has no CUDA. */
  readonly ownRuntime?: boolean;
  /** Reads a small text file; undefined if it is unreadable or over 1 MiB. */
  read(path: string): string | undefined;
  /** Names in a folder; empty if it is unreadable. */
  list(folder: string): readonly string[];
  exists(path: string): boolean;
  /** The path with links resolved, or unchanged. */
  real(path: string): string;
  /** Errors: `NOT_FOUND`, `READ_FAILED`. */
  open(path: string): Pick<FileSource, 'label' | 'size' | 'read' | 'fill' | 'close'>;
  /** Output of a program; undefined if it is missing, fails or takes over ten seconds. */
  run(program: string, args: readonly string[]): Promise<string | undefined>;
}

const maxText = 1 << 20;
/** Time limit: nvidia-smi takes seconds if the driver is not loaded, and hangs if it is broken. */
const timeout = 10_000;

/** The real machine. */
export function localSystem(): System {
  const glibc = glibcVersion();
  const runtimeFolder = runtimeHome();
  return {
    platform: platform(),
    arch: arch(),
    ...(glibc === undefined ? {} : { glibc }),
    variables: process.env,
    ...(runtimeFolder === undefined ? {} : { runtimeFolder }),
    ownRuntime: resolved('@pip-graft/onnxruntime/package.json') !== undefined,
    read: (path) =>
      attempt(() => {
        const { size } = statSync(path);
        return size > maxText ? undefined : readFileSync(path, 'utf8');
      }),
    list: (folder) => attempt(() => readdirSync(folder).sort()) ?? [],
    exists: (path) => attempt(() => accessSync(path) === undefined) ?? false,
    real: (path) => attempt(() => realpathSync(path)) ?? path,
    open: fileSource,
    run: (program, args) =>
      new Promise((resolve) => {
        // ldconfig is often not in a user's PATH.
        const PATH = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin:/usr/lib/wsl/lib`;
        const options = { timeout, maxBuffer: 16 * maxText, env: { ...process.env, PATH } };
        execFile(program, args, options, (error, stdout) => resolve(error ? undefined : stdout));
      }),
  };
}

function runtimeHome(): string | undefined {
  const main = resolved('onnxruntime-node');
  return main === undefined ? undefined : join(dirname(main), '..');
}

function resolved(name: string): string | undefined {
  return attempt(() => createRequire(import.meta.url).resolve(name));
}

/** From Node's report, which omits it on musl. */
function glibcVersion(): string | undefined {
  const report = process.report as typeof process.report & { excludeNetwork?: boolean };
  // Skip network interfaces: without a network, resolving names takes seconds.
  report.excludeNetwork = true;
  const { header } = report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return header?.glibcVersionRuntime;
}

function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}

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
