import { existsSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { GraftError } from '@pip-graft/onnx-graft';
import type { Adapter } from '../adapter/adapter.ts';
import type { InitOptions } from '../adapter/init-adapter.ts';
import { adapterFiles } from '../adapter/package-json.ts';
import { parseInit } from '../adapter/parse-init.ts';
import { maxParents } from './limits.ts';
import { readAdapter } from './read-adapter.ts';

/** What `--adapter` stands for: an adapter that was read, or choices for a fresh one. */
export type ResolvedAdapter =
  | { readonly kind: 'adapter'; readonly adapter: Adapter; readonly folder: string }
  | { readonly kind: 'init'; readonly options: InitOptions };

/** Names that npm accepts: lower case, one scope at most, no path tricks. */
const packagePattern = /^(@[a-z0-9-~][a-z0-9-._~]*\/)?[a-z0-9-~][a-z0-9-._~]*$/;

/**
 * Finds what `--adapter` names: `init[:key=value,…]`, a folder, or an npm
 * package in a `node_modules` of the working directory or above it. No code of
 * the package runs.
 *
 * Errors: `INVALID_ARGUMENT`; `NOT_FOUND`, saying where it was looked for; those of {@link readAdapter}.
 *
 * @example resolveAdapter('@me/rain-adapter', process.cwd())
 */
export function resolveAdapter(spec: string, cwd: string): ResolvedAdapter {
  const options = parseInit(spec);
  if (options !== undefined) return { kind: 'init', options };
  if (spec === '')
    throw new GraftError(
      'INVALID_ARGUMENT',
      '--adapter: it is empty; give a folder, a package or init.',
    );
  const folder = findFolder(spec, cwd);
  return { kind: 'adapter', adapter: readAdapter(folder), folder };
}

function findFolder(spec: string, cwd: string): string {
  const path = resolve(cwd, spec);
  const isPath = spec.startsWith('.') || isAbsolute(spec);
  if (isPath || isFolder(path)) return path;
  if (packagePattern.test(spec)) {
    for (const parent of parents(cwd)) {
      const candidate = join(parent, 'node_modules', spec);
      if (existsSync(join(candidate, adapterFiles.config))) return candidate;
      if (isFolder(candidate)) {
        throw new GraftError(
          'ADAPTER_INVALID',
          `${candidate}: the package is there but is no adapter: it has no ${adapterFiles.config}.`,
        );
      }
    }
  }
  throw new GraftError(
    'NOT_FOUND',
    `Adapter '${spec}': neither a folder (${path}) nor a package in a node_modules of ${cwd} or above it.`,
  );
}

function* parents(start: string): Generator<string> {
  let folder = resolve(start);
  for (let count = 0; count < maxParents; count++) {
    yield folder;
    const parent = dirname(folder);
    if (parent === folder) return;
    folder = parent;
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
