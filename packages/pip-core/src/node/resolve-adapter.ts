import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { argument, didYouMean, GraftError } from '@pip-graft/onnx-graft';
import { filePath } from '@pip-graft/onnx-graft/node';
import type { Adapter, InitOptions } from '../adapter/adapter.ts';
import { adapterFiles } from '../adapter/adapter-files.ts';
import { parseInit } from '../adapter/parse-init.ts';
import { packageHomes, pnpFolder } from './package-homes.ts';
import { readAdapter } from './read-adapter.ts';
import { isPackageName } from './read-manifest.ts';

/** Result of resolving `--adapter`: an adapter that was read, or options of a fresh one. */
export type ResolvedAdapter =
  | { readonly kind: 'adapter'; readonly adapter: Adapter; readonly folder: string }
  | { readonly kind: 'init'; readonly options: InitOptions };

/**
 * Finds what `--adapter` names: `init[:key=value,…]`, a folder, or an npm package in a
 * `node_modules` of the working directory, of this library, or above them; with Yarn's Plug'n'Play,
 * a dependency of the project. Runs no code of the package.
 *
 * Errors: `INVALID_ARGUMENT`; `NOT_FOUND`, listing the places searched; those of
 * {@link readAdapter}.
 *
 * @example resolveAdapter('@me/rain-adapter', process.cwd())
 */
export function resolveAdapter(spec: string, cwd: string): ResolvedAdapter {
  for (const path of [spec, cwd]) argument.requirePath(path, 'resolveAdapter');
  const options = parseInit(spec);
  if (options !== undefined) return { kind: 'init', options };
  const { folder, only } = findAdapter(spec, cwd);
  return { kind: 'adapter', adapter: readAdapter(folder, only ? { only } : {}), folder };
}

/** Location of an adapter, and whether it was found as a package, which holds nothing else. */
export function findAdapter(
  spec: string,
  cwd: string,
): { readonly folder: string; readonly only: boolean } {
  if (spec === '')
    throw new GraftError(
      'INVALID_ARGUMENT',
      '--adapter: it is empty; give a folder, a package or init.',
    );
  const path = resolve(cwd, spec);
  if (/^\.{0,2}[/\\]|^\.{1,2}$/.test(spec) || isAbsolute(spec))
    return { folder: requireFolder(path, spec, cwd), only: false };
  if (spec.split(/[/\\]/).includes('..'))
    throw new GraftError(
      'INVALID_ARGUMENT',
      `--adapter '${spec}': a package's name has no '..'; write ./${spec} for a folder.`,
    );
  if (isFolder(path)) return { folder: path, only: false };
  if (isPackageName(spec)) {
    const pnp = pnpFolder(spec, cwd);
    const homes = packageHomes(cwd).map((home) => join(home, spec));
    const found = (pnp === undefined ? homes : [pnp, ...homes]).find(isFolder);
    if (found !== undefined) return { folder: requireAdapter(found), only: true };
  }
  if (existsSync(filePath(path))) throw notFolder(path, spec);
  throw new GraftError(
    'NOT_FOUND',
    `adapter '${spec}': neither a folder (${path}) nor a package in a node_modules of ${cwd} or above it, or beside this tool; \`graft adapter list\` shows the installed ones${didYouMean(spec, adaptersNear(path, spec, cwd))}`,
  );
}

/** The error for a file in place of a folder, such as a grafted model or the adapter's tensors. */
function notFolder(path: string, spec: string): GraftError {
  const advice = Object.values<string>(adapterFiles).includes(basename(path))
    ? `pass ${dirname(spec)}, the folder that it is in`
    : 'pass the folder of an adapter; graft inspect shows the adapters in a grafted model';
  return new GraftError('READ_FAILED', `adapter '${spec}': it is a file; ${advice}.`);
}

function requireFolder(path: string, spec: string, cwd: string): string {
  if (isFolder(path)) return path;
  if (existsSync(filePath(path))) throw notFolder(path, spec);
  throw new GraftError(
    'NOT_FOUND',
    `adapter '${spec}': there is no folder ${path}${didYouMean(spec, adaptersNear(path, spec, cwd))}`,
  );
}

/** Likely alternatives: adapters near a missing folder with similar names, and packages. */
function adaptersNear(path: string, spec: string, cwd: string): string[] {
  const start = spec.slice(0, spec.length - basename(path).length);
  const beside = spec.endsWith(basename(path)) ? foldersIn(dirname(path)) : [];
  const packages = packageHomes(cwd).flatMap((home) =>
    spec.startsWith('@')
      ? foldersIn(join(home, spec.split('/')[0]!)).map((name) => `${spec.split('/')[0]}/${name}`)
      : foldersIn(home),
  );
  return [...beside.map((name) => `${start}${name}`), ...packages];
}

/** Adapter folders in a folder, at most a hundred. */
function foldersIn(folder: string): string[] {
  try {
    return readdirSync(filePath(folder))
      .filter((name) => existsSync(filePath(join(folder, name, adapterFiles.config))))
      .slice(0, 100);
  } catch {
    return [];
  }
}

function requireAdapter(folder: string): string {
  if (existsSync(filePath(join(folder, adapterFiles.config)))) return folder;
  throw new GraftError(
    'ADAPTER_INVALID',
    `${folder}: the package is there but is no adapter: it has no ${adapterFiles.config}.`,
  );
}

function isFolder(path: string): boolean {
  try {
    return statSync(filePath(path)).isDirectory();
  } catch {
    return false;
  }
}
