import module from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { maxParents } from './adapter-file.ts';

/**
 * Folders to search for packages, nearest first: every `node_modules` at and above a folder, then
 * at and above this library, so that packages installed beside the `graft` command are found from
 * any folder.
 */
export function packageHomes(from: string): string[] {
  const homes = [from, import.meta.dirname].flatMap((start) =>
    [...parents(start)].map((folder) => join(folder, 'node_modules')),
  );
  return [...new Set(homes)];
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

/** The parts of Yarn's Plug'n'Play in use: https://yarnpkg.com/advanced/pnpapi. */
interface PnpApi {
  readonly topLevel: PnpLocator;
  resolveToUnqualified(request: string, issuer: string): string | null;
  findPackageLocator(path: string): PnpLocator | null;
  getPackageInformation(locator: PnpLocator): {
    readonly packageDependencies: ReadonlyMap<string, unknown>;
  } | null;
}

interface PnpLocator {
  readonly name: string | null;
  readonly reference: string | null;
}

/** The folder of a package under Yarn's Plug'n'Play; undefined elsewhere, or if there is none. */
export function pnpFolder(name: string, from: string): string | undefined {
  try {
    return pnpOf(from)?.resolveToUnqualified(name, join(from, '/')) ?? undefined;
  } catch {
    // Under Plug'n'Play, packages that are not dependencies of the project are an error.
    return undefined;
  }
}

/** Dependencies of the project at a folder under Yarn's Plug'n'Play; empty elsewhere. */
export function pnpNames(from: string): string[] {
  const api = pnpOf(from);
  if (!api) return [];
  const locator = api.findPackageLocator(join(from, '/')) ?? api.topLevel;
  return [...(api.getPackageInformation(locator)?.packageDependencies.keys() ?? [])];
}

function pnpOf(from: string): PnpApi | undefined {
  if (!('pnp' in process.versions)) return undefined;
  const { findPnpApi } = module as { findPnpApi?: (path: string) => PnpApi | null };
  return findPnpApi?.(join(resolve(from), '/')) ?? undefined;
}
