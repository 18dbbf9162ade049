import { appendFile, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { filePath, ioError, listEntries, writeAtomic } from '@pip-graft/graft/files';
import { sha256 } from '../pipeline/sha256.ts';
import { type Shard, shardName } from '../shard/shard.ts';

/** In the output folder: a line of JSON for each result that is whole. */
export const journalName = '.graft-restore.jsonl';

/** A shard has a journal of its own: on a network file system two machines cannot append to one file. */
export function journalOf(shard: Shard | undefined): string {
  return shard === undefined ? journalName : `.graft-restore-${shardName(shard)}.jsonl`;
}

const anyJournal = /^\.graft-restore(-\d+-of-\d+)?\.jsonl$/;

/** One result: what it was made from, and how large it is. */
export interface Entry {
  /** Below the output folder. */
  readonly name: string;
  /** Digest of the picture's bytes. */
  readonly input: string;
  /** Digest of the model and the settings. */
  readonly settings: string;
  /** Size of the result: what was cut off later is not taken for done. */
  readonly bytes: number;
  /** Digest of the result, compared where several journals name it. */
  readonly output: string;
}

/** `sha256:` and the hex digest of some bytes. */
export function digestOf(bytes: Uint8Array | string): string {
  return `sha256:${sha256(bytes)}`;
}

/**
 * What has been restored into a folder, so that the same command continues where it stopped: its own
 * journal and those of other shards, which are only read. A line is added after its result has its
 * name; a line that makes no sense is ignored, and costs only that the image is restored again.
 */
export class Journal {
  /** Lines of its own that could not be read; they were removed. */
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

  /** Errors: `READ_FAILED` for a journal that cannot be read; `WRITE_FAILED` if it cannot be repaired. */
  static async open(folder: string, shard?: Shard): Promise<Journal> {
    const name = journalOf(shard);
    const path = join(folder, name);
    const text = await textOf(path);
    const own = readJournal(text);
    // A line that was cut off would swallow the next one.
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

  /** Whether a result is there and was made with these settings; `input` gives the digest of the image, where it comes to that. */
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
    // Journals that differ do not say which result was the last.
    const digest = await readFile(path).then(digestOf, () => undefined);
    return fitting.some((entry) => entry.output === digest);
  }

  /** Notes a result that has its name. Errors: `WRITE_FAILED`. */
  async add(entry: Omit<Entry, 'bytes' | 'output'>): Promise<void> {
    const path = join(this.#folder, this.#name);
    try {
      const result = await readFile(filePath(join(this.#folder, entry.name)));
      const whole = { ...entry, bytes: result.length, output: digestOf(result) };
      await appendFile(path, lineOf(whole));
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

/** The entries of a journal, the last of each name, and the number of lines that make no sense. */
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

/** The text of a journal. */
export function encodeJournal(entries: Iterable<Entry>): string {
  return Array.from(entries, lineOf).join('');
}

async function textOf(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
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
