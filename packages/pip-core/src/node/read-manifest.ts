import { join } from 'node:path';
import { type ErrorCode, GraftError } from '@pip-graft/onnx-graft';
import validateName from 'validate-npm-package-name';
import * as z from 'zod/mini';
import { adapterFiles } from '../adapter/adapter-files.ts';
import { ownersMembers, type PackageDigests } from '../adapter/package-json.ts';
import { anyObject, Json } from '../json/read-json.ts';
import { adapterTextIfThere, maxPackageBytes } from './adapter-file.ts';
import { requireDataOnly } from './check-package.ts';

const format = z.looseObject({
  name: z.nullish(z.string()),
  version: z.nullish(z.string()),
  pipGraft: z.nullish(
    z.strictObject({ digest: z.string(), files: z.record(z.string(), z.string()) }),
  ),
});

/** Files whose digests a packed adapter records; a sensor's are listed if there is one. */
const required = [adapterFiles.config, adapterFiles.tensors];

/** Contents of an adapter's `package.json`. */
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
 * Errors: `ADAPTER_INVALID` for an invalid one; `UNSAFE_FILE` for one that is not data only; those
 * of `readAdapterText` except `NOT_FOUND`.
 */
export function readManifest(folder: string): Manifest | undefined {
  const path = join(folder, adapterFiles.package);
  const text = adapterTextIfThere(folder, adapterFiles.package, maxPackageBytes);
  if (text === undefined) return undefined;
  const json = Json.parse(text, path, 'ADAPTER_INVALID');
  const members = json.as(anyObject);
  requireDataOnly(members, path);
  const { name = null, version = null, pipGraft } = json.as(format);
  const digests = pipGraft ? { adapter: pipGraft.digest, files: pipGraft.files } : undefined;
  if (digests) {
    const missing = required.find((file) => !digests.files[file]);
    if (missing !== undefined)
      throw json.error(['pipGraft', 'files'], `has no digest of ${missing}`);
    requirePackageName(name ?? '', 'ADAPTER_INVALID', path);
  }
  const owners = ownersMembers.filter((key) => Object.hasOwn(members, key));
  return {
    name,
    version,
    digests,
    owners: Object.fromEntries(owners.map((key) => [key, members[key]])),
  };
}

/** Whether npm accepts a name for a new package; such a name never leads out of a folder. */
export function isPackageName(name: string): boolean {
  return validateName(name).validForNewPackages;
}

/** Errors: the given code, saying what is wrong with the name. */
export function requirePackageName(name: string, code: ErrorCode, place: string): void {
  const { validForNewPackages, errors = [], warnings = [] } = validateName(name);
  if (validForNewPackages) return;
  throw new GraftError(
    code,
    `${place}: ${JSON.stringify(name)} is no name for a package: ${[...errors, ...warnings].join('; ')}.`,
  );
}
