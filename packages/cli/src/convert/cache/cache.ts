import { existsSync, readFileSync, statSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalJson } from '@pip-graft/graft';
import {
  digest,
  fileSource,
  ioError,
  makeFolder,
  sweepOnce,
  temporaryPath,
} from '@pip-graft/graft/files';
import { z } from 'zod';
import { sha256 } from '../../pipeline/sha256.ts';
import type { Made } from '../job/job.ts';

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

const figure = z.union([z.number(), z.string(), z.null()]);

/** File name without a folder: an entry must not refer to files elsewhere. */
const fileName = z
  .string()
  .min(1)
  .max(255)
  .refine((name) => !/[/\\\0]/.test(name) && name !== '.' && name !== '..');

const runs = z.strictObject({
  median: z.number(),
  spread: z.number(),
  fastest: z.number(),
  runs: z.array(z.number()).max(10_000),
});

/** Schema of what validation measured. */
const measured = z.strictObject({
  latency: z
    .strictObject({ width: z.int(), height: z.int(), host: runs, grafted: runs })
    .exactOptional(),
  memory: z.strictObject({ host: z.number(), grafted: z.number() }).exactOptional(),
});

/** Schema of a job's result, read from a file. */
export const madeSchema = z.object({
  files: z
    .array(
      z.strictObject({
        name: fileName,
        bytes: z.int().min(0),
        digest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
      }),
    )
    .min(1)
    .max(10_000),
  family: z.string(),
  precision: z.string(),
  adapters: z.array(
    z.strictObject({ name: z.string(), version: z.string(), trained: z.boolean() }),
  ),
  labels: z.array(z.string()),
  seeded: z.boolean(),
  gates: z.array(
    z.strictObject({
      name: z.string(),
      status: z.enum(['passed', 'failed', 'skipped']),
      measured: figure,
      limit: figure,
      unit: z.enum(['bytes', 'dB']).exactOptional(),
      detail: z.string(),
      milliseconds: z.number().exactOptional(),
    }),
  ),
  measured,
  warnings: z.array(z.string()),
});

const entry = z.strictObject({ made: madeSchema.strict(), digest: z.string() });

/** Encodes a job's result with a digest: a changed verdict is as bad as a changed model. */
function encodeEntry(made: Made): string {
  const value = untimed(made);
  return `${JSON.stringify({ made: value, digest: sha256(canonicalJson(value)) }, null, 2)}\n`;
}

/** Returns a job's result without the times of its gates: the same on every machine. */
export function untimed(made: Made): Made {
  return { ...made, gates: made.gates.map(({ milliseconds: _, ...gate }) => gate) };
}

/** Decodes an entry: the job's result, or why the entry is corrupt. */
function decodeEntry(text: string): { readonly made: Made } | { readonly problem: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { problem: 'it is not JSON' };
  }
  const parsed = entry.safeParse(value);
  if (!parsed.success) return { problem: 'it is not an entry of this version' };
  if (sha256(canonicalJson(parsed.data.made)) !== parsed.data.digest)
    return { problem: 'it was changed' };
  return { made: parsed.data.made };
}
