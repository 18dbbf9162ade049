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
/** Bytes of an entry that are read: thousands of verdicts. */
const maxEntryBytes = 16 * 1024 * 1024;

/** How often an entry that cannot be believed is put aside before giving up. */
const mostTries = 5;

/** What was found under a key. */
export type Found =
  | { readonly kind: 'hit'; readonly made: Made; readonly folder: string }
  | { readonly kind: 'miss' }
  /** Something is there and cannot be believed. */
  | { readonly kind: 'corrupt'; readonly problem: string };

/**
 * Results by content: a folder for each key, with the files and what was said of them. Entries are
 * made elsewhere and renamed to their place, so that runs at the same time do no harm.
 */
export class Cache {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** An empty folder on the same disk, to make something in; the caller removes it. */
  async staging(): Promise<string> {
    try {
      await makeFolder(this.#folder);
      await sweepOnce(this.#folder);
      return await this.#temporary('staging');
    } catch (error) {
      throw ioError('write', this.#folder, error);
    }
  }

  /** What is kept under a key, after all its bytes were compared with their digests. */
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

  /** Keeps what is in a staging folder, which becomes the entry, and gives the entry's folder. */
  async keep(key: string, staging: string, made: Made): Promise<string> {
    const folder = join(this.#folder, key);
    try {
      await writeFile(join(staging, entryName), encodeEntry(made), { flag: 'wx' });
      for (let tries = 1; !(await moveTo(staging, folder)); tries++) {
        // Another run was first: what it made is as good.
        if (this.find(key).kind === 'hit') return folder;
        if (tries === mostTries) throw new Error('other runs write to it all the time');
        await this.#putAside(folder);
      }
      return folder;
    } catch (error) {
      throw ioError('write', folder, error);
    }
  }

  /** Takes an entry that cannot be believed out of the way; another run may have done so already. */
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

/** Renames a folder; false where something is at its new place, or nothing at the old. */
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

/** Whether a file is there and has this digest. */
export function hasDigest(path: string, expected: string): boolean {
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return false;
  const source = fileSource(path);
  try {
    return digest(source) === expected;
  } finally {
    source.close();
  }
}
