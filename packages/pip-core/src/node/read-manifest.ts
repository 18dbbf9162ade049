import { join } from 'node:path';
import { adapterFiles } from '../adapter/adapter-files.ts';
import { ownersMembers, type PackageDigests } from '../adapter/package-json.ts';
import { JsonObject } from '../json/json-object.ts';
import { adapterTextIfThere } from './adapter-file.ts';
import { packageDigests, requireDataOnly } from './check-package.ts';
import { maxPackageBytes } from './limits.ts';
import { requirePackageName } from './package-name.ts';

/** What an adapter's `package.json` says. */
export interface Manifest {
  readonly name: string | null;
  readonly version: string | null;
  /** undefined for a folder that was never packed. */
  readonly digests: PackageDigests | undefined;
  /** Those of `ownersMembers` that it has. */
  readonly owners: Readonly<Record<string, unknown>>;
}

/**
 * Reads `package.json`; undefined for a folder without one.
 *
 * Errors: `ADAPTER_INVALID` for one that is not sound; `UNSAFE_FILE` for one that is not data only;
 * those of `readAdapterText` but `NOT_FOUND`.
 */
export function readManifest(folder: string): Manifest | undefined {
  const path = join(folder, adapterFiles.package);
  const text = adapterTextIfThere(folder, adapterFiles.package, maxPackageBytes);
  if (text === undefined) return undefined;
  const json = JsonObject.parse(text, path, 'ADAPTER_INVALID');
  requireDataOnly(json, path);
  const string = (key: string) => json.string(key);
  const name = json.optional('name', string);
  const digests = packageDigests(json);
  if (digests) requirePackageName(name ?? '', 'ADAPTER_INVALID', path);
  const members = json.plain();
  const owners = ownersMembers.filter((key) => Object.hasOwn(members, key));
  return {
    name,
    version: json.optional('version', string),
    digests,
    owners: Object.fromEntries(owners.map((key) => [key, members[key]])),
  };
}
