import { type Dirent, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { GraftError } from '@pip-graft/onnx-graft';
import { filePath, ioError, isLeftoverOf } from '@pip-graft/onnx-graft/node';
import { accompanyingFiles, adapterFiles, toolFiles } from '../adapter/adapter-files.ts';
import { sensorFiles, sensorFolder } from '../sensor/sensor.ts';

/** Members of a `package.json` that make a package manager run or fetch something. */
const active = [
  'scripts',
  'bin',
  'gypfile',
  'binary',
  'main',
  'module',
  'browser',
  'dependencies',
  'optionalDependencies',
  'peerDependencies',
  'bundleDependencies',
  'bundledDependencies',
];

/** Names listed in a message before the rest is counted. */
const listed = 5;

/**
 * Requires an adapter's `package.json` to be data only.
 *
 * Errors: `UNSAFE_FILE`, naming the member.
 */
export function requireDataOnly(members: Readonly<Record<string, unknown>>, path: string): void {
  const found = active.find((key) => Object.hasOwn(members, key) && !isEmpty(members[key]));
  // npm installs every file in that folder as a command.
  const { directories } = members;
  const commands = (directories as { bin?: unknown } | null | undefined)?.bin;
  if (found === undefined && !isEmpty(commands ?? null)) {
    throw runs(path, 'directories.bin', commands);
  }
  if (found === undefined) return;
  throw runs(path, found, members[found]);
}

function runs(path: string, member: string, value: unknown): GraftError {
  return new GraftError(
    'UNSAFE_FILE',
    `${path}: it has '${member}' (${named(value)}); an adapter is data and runs nothing. Remove it, or do not use this package.`,
  );
}

/**
 * Requires a package to contain only an adapter, its sensor and texts.
 *
 * Errors: `UNSAFE_FILE`, naming what else it contains.
 */
export function requireOnlyAdapter(folder: string): void {
  const own = Object.values(adapterFiles);
  const what = `an adapter package holds ${own.join(', ')}, its sensor in ${sensorFolder}, and texts`;
  requireOnly(folder, [...own, sensorFolder, ...accompanyingFiles, ...toolFiles], what);
}

/** Requires a package's sensor folder to contain only the sensor. Errors: `UNSAFE_FILE`. */
export function requireOnlySensor(folder: string): void {
  const own = Object.values(sensorFiles);
  requireOnly(folder, own, `a sensor has ${own.join(', ')}`);
}

function requireOnly(folder: string, names: readonly string[], what: string): void {
  const allowed = new Set(names);
  let entries: Dirent[];
  try {
    entries = readdirSync(filePath(folder), { withFileTypes: true });
  } catch (error) {
    throw ioError('read', folder, error);
  }
  const extra = entries
    .filter((entry) => !allowed.has(entry.name))
    // A killed run's remains of an allowed file are not read, and are removed by the next write.
    .filter((entry) => !(entry.isFile() && isLeftoverOf(entry.name, names)))
    .map(({ name }) => name)
    .sort();
  if (extra.length === 0) return;
  const rest = extra.length > listed ? ` and ${extra.length - listed} more` : '';
  throw new GraftError(
    'UNSAFE_FILE',
    `${folder}: ${what}; this one also holds ${extra
      .slice(0, listed)
      .map((name) => JSON.stringify(name))
      .join(', ')}${rest}.`,
  );
}

/** Compares a digest with the package's record. Errors: `CORRUPT_FILE`. */
export function requireDigest(folder: string, name: string, said: string, is: string): void {
  if (said === is) return;
  throw new GraftError(
    'CORRUPT_FILE',
    `${join(folder, name)}: its digest is ${is}, and ${adapterFiles.package} says ${said}; it was changed or damaged after it was packed. Install the package again, or run \`graft adapter pack\` on it if the change is yours.`,
  );
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === false || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

function named(value: unknown): string {
  const text =
    typeof value === 'object' && value !== null ? Object.keys(value).join(', ') : String(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
