import { createHash } from 'node:crypto';
import { type Stats, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { canonicalJson, externalLocations, GraftError } from '@pip-graft/graft';
import {
  digest,
  filePath,
  fileSource,
  ioError,
  listEntries,
  realPath,
} from '@pip-graft/graft/files';
import { checkpointFiles, openModel, resolveAdapter } from '@pip-graft/graft/node';
import { sensorOf } from '../../options/plan-host.ts';
import { sha256 } from '../../pipeline/sha256.ts';
import { version } from '../../version.ts';
import type { JobConfig } from '../config/schema.ts';
import type { MadeFile } from '../job/job.ts';
import type { HubPlaces } from '../run/hub-places.ts';

/** Version of the cache; raised when the same job would be built or stored differently. */
const cacheFormat = 2;

/** Values of a job's options by their keys, such as `gates.maxBytes`. */
export type JobOptions = Readonly<Record<string, string | number | boolean>>;

/** Options that determine a job's bytes and verdicts: all but its name and where it writes. */
export function optionsOf({ name: _, output, ...options }: JobConfig): JobOptions {
  // External data is named after its model.
  const entries = flat({ ...options, file: basename(output) }, '');
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Flattens a value to its plain values, with the keys that lead to them. */
function flat(value: unknown, key: string): [string, string | number | boolean][] {
  if (value === undefined) return [];
  if (typeof value !== 'object' || value === null) return [[key, value as string]];
  const entries = Array.isArray(value)
    ? value.map((item, index) => [`${key}[${index}]`, item] as const)
    : Object.entries(value).map(([name, item]) => [key ? `${key}.${name}` : name, item] as const);
  // An empty list is also a value.
  return entries.length === 0 ? [[key, '']] : entries.flatMap(([name, item]) => flat(item, name));
}

/** Cache key of a job's result: the tool, the job's options and everything that it reads. */
export function cacheKey(config: JobConfig, inputs: Inputs): string {
  return sha256(canonicalJson({ cacheFormat, version, options: optionsOf(config), inputs }));
}

/** `sha256:…` of everything that a job reads, by name; files by their path below the config. */
export type Inputs = Readonly<Record<string, string>>;

/** Most files below one folder of images; more indicates a wrong path and is an error. */
const maxImages = 100_000;

/**
 * Computes the digests of everything that a job reads.
 *
 * Errors: those of reading it.
 *
 * @param made files of the job that is this job's source
 * @param places local paths of names on a model hub; their commits are inputs, too
 */
export function inputDigests(
  config: JobConfig,
  folder: string,
  made: readonly MadeFile[] | null,
  places: HubPlaces,
): Inputs {
  const inputs = new Map<string, string>();
  const file = (path: string): void => {
    inputs.set(labelOf(path, folder), digestOf(path));
  };
  const { source, adapters = [], gates = {} } = config;
  for (const [text, { commit }] of places) inputs.set(text, `commit:${commit}`);
  const files = (text: string, filesOf: (path: string) => string[]): void => {
    const place = places.get(text)?.path;
    for (const each of filesOf(place ?? resolve(folder, text))) {
      // The location of the cache differs between machines.
      const label =
        place === undefined ? labelOf(each, folder) : `${text}: ${labelOf(each, dirname(place))}`;
      inputs.set(label, digestOf(each));
    }
  };
  if ('onnx' in source) files(source.onnx, modelFiles);
  if ('checkpoint' in source) files(source.checkpoint, checkpointFiles);
  if ('job' in source)
    for (const each of made ?? []) inputs.set(`job ${source.job}: ${each.name}`, each.digest);
  for (const text of adapters) {
    const found = resolveAdapter(places.get(text)?.path ?? text, folder);
    // A fresh adapter is made from the config, so it has no files.
    if (found.kind === 'init') continue;
    const { name, version, digest: own } = found.adapter;
    inputs.set(`adapter ${name} ${version}`, own ?? 'none');
  }
  if (config.auto !== undefined)
    inputs.set(
      'sensor',
      sensorOf(
        config.auto === true ? true : (places.get(config.auto)?.path ?? config.auto),
        adapters.map((text) => places.get(text)?.path ?? text),
        folder,
      ).digest ?? 'none',
    );
  if (gates.parity?.image !== undefined) file(resolve(folder, gates.parity.image));
  for (const { data } of gates.quality ?? []) inputs.set(data, folderDigest(resolve(folder, data)));
  return Object.fromEntries([...inputs].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Paths of a model and its external data. */
function modelFiles(path: string): string[] {
  const opened = openModel(path);
  try {
    const locations = [...externalLocations(opened.model)].sort();
    return [path, ...locations.map((location) => join(dirname(path), location))];
  } finally {
    opened.close();
  }
}

function digestOf(path: string): string {
  const source = fileSource(path);
  try {
    return digest(source);
  } finally {
    source.close();
  }
}

/**
 * Computes one digest over the names and bytes of all files below a folder. Follows links, as the
 * gates do.
 *
 * Errors: `LIMIT_EXCEEDED`; those of reading.
 */
export function folderDigest(folder: string, most = maxImages): string {
  let entries: Entry[];
  try {
    entries = entriesBelow(folder, most).sort((a, b) => (a.path < b.path ? -1 : 1));
  } catch (error) {
    throw ioError('read', folder, error);
  }
  const hash = createHash('sha256');
  for (const { path, content } of entries)
    hash.update(`${labelOf(path, folder)}\n${content ?? digestOf(path)}\n`);
  return `sha256:${hash.digest('hex')}`;
}

interface Entry {
  readonly path: string;
  /** What it is if not a file. */
  readonly content?: string;
}

function entriesBelow(folder: string, most: number): Entry[] {
  const entries: Entry[] = [];
  // Where each real folder was first visited, because links may form circles.
  const seen = new Map<string, string>();
  const visit = (place: string): void => {
    const real = realPath(place);
    const first = seen.get(real);
    if (first !== undefined) {
      entries.push({ path: place, content: `as ${labelOf(first, folder)}` });
      return;
    }
    seen.set(real, place);
    for (const { name } of listEntries(place)) {
      const path = join(place, name);
      const kind = kindOf(path);
      if (kind === undefined) entries.push({ path, content: 'broken link' });
      else if (kind.isDirectory()) visit(path);
      else if (kind.isFile()) entries.push({ path });
      if (entries.length > most)
        throw new GraftError(
          'LIMIT_EXCEEDED',
          `${folder}: it has more than ${most} files; name a folder of fewer images.`,
        );
    }
  };
  visit(folder);
  return entries;
}

/** What a path leads to; undefined for a broken link. */
function kindOf(path: string): Stats | undefined {
  try {
    return statSync(filePath(path), { throwIfNoEntry: false });
  } catch (error) {
    // A link to itself.
    if ((error as NodeJS.ErrnoException).code === 'ELOOP') return undefined;
    throw error;
  }
}

function labelOf(path: string, folder: string): string {
  return relative(folder, path).split(sep).join('/');
}
