import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { argument, GraftError } from '@pip-graft/onnx-graft';
import { filePath } from '@pip-graft/onnx-graft/node';
import { adapterFiles } from '../adapter/adapter-files.ts';
import { maxPackages } from './adapter-file.ts';
import { packageHomes, pnpFolder, pnpNames } from './package-homes.ts';
import { type AdapterSummary, summariseAdapter } from './read-adapter.ts';
import { isUnfinished } from './write-folder.ts';

/** An installed adapter: its description, or why it cannot be used. */
export interface InstalledAdapter {
  /** The name for `--adapter`. */
  readonly spec: string;
  readonly folder: string;
  readonly summary?: AdapterSummary;
  readonly error?: GraftError;
}

/**
 * Lists the adapters among the packages found from a folder, by name; of several with one name, the
 * nearest, like `resolveAdapter`. Checks the digests of tensors without loading them. Runs no code.
 *
 * Errors: `LIMIT_EXCEEDED` for a folder with a hundred thousand packages.
 *
 * @example listAdapters(process.cwd()).map(({ spec }) => spec)
 */
export function listAdapters(cwd: string): InstalledAdapter[] {
  argument.requirePath(cwd, 'listAdapters');
  const found = new Map<string, string>();
  for (const name of pnpNames(cwd)) {
    const folder = pnpFolder(name, cwd);
    if (folder !== undefined && isAdapter(folder)) found.set(name, folder);
  }
  for (const home of packageHomes(cwd)) {
    for (const name of packagesIn(home)) {
      const folder = join(home, name);
      if (!found.has(name) && isAdapter(folder)) found.set(name, folder);
    }
  }
  return [...found]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([spec, folder]) => ({ spec, folder, ...summaryOf(folder) }));
}

function summaryOf(folder: string): Pick<InstalledAdapter, 'summary' | 'error'> {
  try {
    return { summary: summariseAdapter(folder, { only: true }) };
  } catch (error) {
    if (error instanceof GraftError) return { error };
    throw error;
  }
}

function isAdapter(folder: string): boolean {
  const { config } = adapterFiles;
  return existsSync(filePath(join(folder, config))) || isUnfinished(folder, config);
}

/** Names of the packages in a `node_modules`, scopes included. */
function packagesIn(home: string): string[] {
  const names = entriesOf(home).flatMap((name) =>
    name.startsWith('@') ? entriesOf(join(home, name)).map((inner) => `${name}/${inner}`) : [name],
  );
  if (names.length <= maxPackages) return names.filter((name) => !name.startsWith('.'));
  throw new GraftError(
    'LIMIT_EXCEEDED',
    `${home}: it holds ${names.length} packages; at most ${maxPackages} are read.`,
  );
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(filePath(folder));
  } catch {
    // The folder does not exist or is not readable: nothing is found in it.
    return [];
  }
}
