import { existsSync, readFileSync, statSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  digest,
  fileSource,
  ioError,
  makeFolder,
  sweepOnce,
  temporaryPath,
} from '@pip-graft/graft/files';
import type { Made } from '../job/job.ts';
import { decodeEntry, encodeEntry } from './entry.ts';

const entryName = 'entry.json';
/** Largest entry to read, in bytes: enough for thousands of verdicts. */
const maxEntryBytes = 16 * 1024 * 1024;

/** How often a corrupt entry is moved away before giving up. */
const mostTries = 5;

/** Result of looking up a key. */
export type Found =
  | { readonly kind: 'hit'; readonly made: Made; readonly folder: string }
  | { readonly kind: 'miss' }
  /** There is an entry, but it is corrupt. */
  | { readonly kind: 'corrupt'; readonly problem: string };

/**
 * Cache of results by content: a folder per key, with files and verdicts. Entries are made in a
 * staging folder and renamed into place, so that concurrent runs do no harm.
 */
export class Cache {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Creates an empty staging folder on the same disk; the caller removes it. */
  async staging(): Promise<string> {
    try {
      await makeFolder(this.#folder);
      await sweepOnce(this.#folder);
      return await this.#temporary('staging');
    } catch (error) {
      throw ioError('write', this.#folder, error);
    }
  }

  /** Looks up a key and verifies all files of the entry against their digests. */
  find(key: string): Found {
    const folder = join(this.#folder, key);
    if (!existsSync(folder)) return { kind: 'miss' };
    try {
      const path = join(folder, entryName);
      if (statSync(path).size > maxEntryBytes)
        return { kind: 'corrupt', problem: 'it is too large' };
      const entry = decodeEntry(readFileSync(path, 'utf8'));
      if ('problem' in entry) return { kind: 'corrupt', problem: entry.problem };
      for (const file of entry.made.files) {
        if (!hasDigest(join(folder, file.name), file.digest))
          return { kind: 'corrupt', problem: `'${file.name}' is not what was kept` };
      }
      return { kind: 'hit', made: entry.made, folder };
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return { kind: 'corrupt', problem: `it could not be read (${why})` };
    }
  }

  /** Turns a staging folder into the entry for a key and returns the entry's folder. */
  async keep(key: string, staging: string, made: Made): Promise<string> {
    const folder = join(this.#folder, key);
    try {
      await writeFile(join(staging, entryName), encodeEntry(made), { flag: 'wx' });
      for (let tries = 1; !(await moveTo(staging, folder)); tries++) {
        // Another run was first; its entry is just as good.
        if (this.find(key).kind === 'hit') return folder;
        if (tries === mostTries) throw new Error('other runs write to it all the time');
        await this.#putAside(folder);
      }
      return folder;
    } catch (error) {
      throw ioError('write', folder, error);
    }
  }

  /** Moves a corrupt entry away; another run may already have done so. */
  async #putAside(folder: string): Promise<void> {
    const aside = await this.#temporary('aside');
    await moveTo(folder, join(aside, 'entry'));
    await rm(aside, { recursive: true, force: true });
  }

  async #temporary(name: string): Promise<string> {
    const path = temporaryPath(join(this.#folder, name));
    await mkdir(path);
    return path;
  }
}

/** Renames a folder. Returns false if the target exists or the source does not. */
async function moveTo(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if (['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? ''))
      return false;
    throw error;
  }
}

/** Whether a file exists and has this digest. */
export function hasDigest(path: string, expected: string): boolean {
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return false;
  const source = fileSource(path);
  try {
    return digest(source) === expected;
  } finally {
    source.close();
  }
}
