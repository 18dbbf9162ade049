import { appendFile, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { filePath, ioError, listEntries, writeAtomic } from '@pip-graft/graft/files';
import { sha256 } from '../pipeline/sha256.ts';
import { type Shard, shardName } from '../shard.ts';

/** Name of the journal in the output folder: a line of JSON for each complete result. */
export const journalName = '.graft-restore.jsonl';

/** Name of a shard's journal: machines on a network file system cannot append to one file. */
export function journalOf(shard: Shard | undefined): string {
  return shard === undefined ? journalName : `.graft-restore-${shardName(shard)}.jsonl`;
}

const anyJournal = /^\.graft-restore(-\d+-of-\d+)?\.jsonl$/;

/** A result: what it was made from, and its size. */
export interface Entry {
  /** Path below the output folder. */
  readonly name: string;
  /** Digest of the image's bytes. */
  readonly input: string;
  /** Digest of the model and the settings. */
  readonly settings: string;
  /** Size of the result, to detect one that was truncated later. */
  readonly bytes: number;
  /** Digest of the result, compared if several journals list it. */
  readonly output: string;
}

/** Computes a digest: `sha256:` and hexadecimal digits. */
export function digestOf(bytes: Uint8Array | string): string {
  return `sha256:${sha256(bytes)}`;
}

/**
 * Record of the results in a folder, so that the same command continues where it stopped: its own
 * journal and those of other shards, which are only read. A line is added after its result is in
 * place; an invalid line is ignored, so that its image is restored again.
 */
export class Journal {
  /** Number of invalid lines in its own journal; they were removed. */
  readonly ignored: number;
  readonly #folder: string;
  readonly #name: string;
  readonly #own: Map<string, Entry>;
  readonly #others: ReadonlyMap<string, Entry>[];

  private constructor(
    folder: string,
    name: string,
    { entries, ignored }: Read,
    others: ReadonlyMap<string, Entry>[],
  ) {
    this.#folder = folder;
    this.#name = name;
    this.#own = entries;
    this.#others = others;
    this.ignored = ignored;
  }

  /** Opens a journal. Errors: `READ_FAILED`; `WRITE_FAILED` if it cannot be repaired. */
  static async open(folder: string, shard?: Shard): Promise<Journal> {
    const name = journalOf(shard);
    const path = join(folder, name);
    const text = await textOf(path);
    const own = readJournal(text);
    // A truncated line would swallow the next one.
    if (own.ignored > 0 || (text !== '' && !text.endsWith('\n'))) {
      const lines = encodeJournal(own.entries.values());
      await writeAtomic(path, (append) => append(Buffer.from(lines)));
    }
    const others: ReadonlyMap<string, Entry>[] = [];
    for (const other of journalsIn(folder)) {
      if (other !== name) others.push(readJournal(await textOf(join(folder, other))).entries);
    }
    return new Journal(folder, name, own, others);
  }

  /** Whether a result exists and has these settings; `input` digests the image, if needed. */
  async isDone(
    name: string,
    settings: string,
    input: () => Promise<string | undefined>,
  ): Promise<boolean> {
    const entries = [this.#own, ...this.#others].flatMap((journal) => journal.get(name) ?? []);
    const made = entries.filter((entry) => entry.settings === settings);
    if (made.length === 0) return false;
    const path = filePath(join(this.#folder, name));
    const result = await stat(path).catch(() => undefined);
    if (!result?.isFile()) return false;
    const now = await input();
    const fitting = made.filter((entry) => entry.input === now && entry.bytes === result.size);
    if (fitting.length === entries.length) return true;
    if (fitting.length === 0) return false;
    // If journals differ, it is unknown which result was the last.
    const digest = await readFile(path).then(digestOf, () => undefined);
    return fitting.some((entry) => entry.output === digest);
  }

  /** Records a result that is in place. Errors: `WRITE_FAILED`. */
  async add(entry: Omit<Entry, 'bytes' | 'output'>): Promise<void> {
    const path = join(this.#folder, this.#name);
    try {
      const result = await readFile(filePath(join(this.#folder, entry.name)));
      const whole = { ...entry, bytes: result.length, output: digestOf(result) };
      await appendFile(filePath(path), lineOf(whole));
      this.#own.set(entry.name, whole);
    } catch (error) {
      throw ioError('write', path, error);
    }
  }
}

interface Read {
  readonly entries: Map<string, Entry>;
  readonly ignored: number;
}

/** Reads a journal: the last entry of each name, and the number of invalid lines. */
export function readJournal(text: string): Read {
  const entries = new Map<string, Entry>();
  let ignored = 0;
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const entry = entryOf(line);
    if (entry === undefined) ignored++;
    else entries.set(entry.name, entry);
  }
  return { entries, ignored };
}

/** Encodes a journal. */
export function encodeJournal(entries: Iterable<Entry>): string {
  return Array.from(entries, lineOf).join('');
}

async function textOf(path: string): Promise<string> {
  return readFile(filePath(path), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return '';
    throw ioError('read', path, error);
  });
}

function journalsIn(folder: string): string[] {
  try {
    return listEntries(folder).flatMap(({ name }) => (anyJournal.test(name) ? [name] : []));
  } catch {
    return [];
  }
}

function lineOf({ name, input, settings, bytes, output }: Entry): string {
  return `${JSON.stringify({ name, input, settings, bytes, output })}\n`;
}

function entryOf(line: string): Entry | undefined {
  try {
    const entry = JSON.parse(line) as Record<keyof Entry, unknown> | null;
    const { name, input, settings, bytes, output } = entry ?? {};
    const texts = [name, input, settings, output].every((field) => typeof field === 'string');
    return texts && typeof bytes === 'number' ? (entry as Entry) : undefined;
  } catch {
    return undefined;
  }
}
