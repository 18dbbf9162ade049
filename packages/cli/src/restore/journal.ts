import { createHash } from 'node:crypto';
import { appendFile, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { filePath, ioError, writeAtomic } from '@pip-graft/onnx-graft/node';

/** In the output folder: a line of JSON for each result that is whole. */
export const journalName = '.graft-restore.jsonl';

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
}

/** `sha256:` and the hex digest of some bytes. */
export function digestOf(bytes: Uint8Array | string): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/**
 * What has been restored into a folder, so that the same command goes on where it
 * stopped. A line is added after its result stands under its name; what is no such line
 * is ignored, and costs only that the picture is restored again.
 */
export class Journal {
  /** Lines that could not be read; they were taken out. */
  readonly ignored: number;
  readonly #folder: string;
  readonly #entries: Map<string, Entry>;

  private constructor(folder: string, entries: Map<string, Entry>, ignored: number) {
    this.#folder = folder;
    this.#entries = entries;
    this.ignored = ignored;
  }

  /** Errors: `READ_FAILED` when there is a journal that cannot be read; `WRITE_FAILED` when it cannot be mended. */
  static async open(folder: string): Promise<Journal> {
    const path = join(folder, journalName);
    const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return '';
      throw ioError('read', path, error);
    });
    const entries = new Map<string, Entry>();
    let ignored = 0;
    for (const line of text.split('\n')) {
      if (line === '') continue;
      const entry = entryOf(line);
      if (entry === undefined) ignored++;
      else entries.set(entry.name, entry);
    }
    const journal = new Journal(folder, entries, ignored);
    // A line that was cut off would swallow the next one.
    if (ignored > 0 || (text !== '' && !text.endsWith('\n'))) {
      const lines = [...entries.values()].map(lineOf).join('');
      await writeAtomic(path, (append) => append(Buffer.from(lines)));
    }
    return journal;
  }

  /** Whether a result is there and was made with these settings; `input` gives the digest of the picture, where it comes to that. */
  async isDone(
    name: string,
    settings: string,
    input: () => Promise<string | undefined>,
  ): Promise<boolean> {
    const entry = this.#entries.get(name);
    if (entry === undefined || entry.settings !== settings) return false;
    const result = await stat(filePath(join(this.#folder, name))).catch(() => undefined);
    if (!result?.isFile() || result.size !== entry.bytes) return false;
    return (await input()) === entry.input;
  }

  /** Notes a result that stands under its name. Errors: `WRITE_FAILED`. */
  async add(entry: Omit<Entry, 'bytes'>): Promise<void> {
    const path = join(this.#folder, journalName);
    try {
      const { size } = await stat(filePath(join(this.#folder, entry.name)));
      const whole = { ...entry, bytes: size };
      await appendFile(path, lineOf(whole));
      this.#entries.set(entry.name, whole);
    } catch (error) {
      throw ioError('write', path, error);
    }
  }
}

function lineOf({ name, input, settings, bytes }: Entry): string {
  return `${JSON.stringify({ name, input, settings, bytes })}\n`;
}

function entryOf(line: string): Entry | undefined {
  try {
    const entry = JSON.parse(line) as Record<keyof Entry, unknown> | null;
    const { name, input, settings, bytes } = entry ?? {};
    const texts = [name, input, settings].every((field) => typeof field === 'string');
    return texts && typeof bytes === 'number' ? (entry as Entry) : undefined;
  } catch {
    return undefined;
  }
}
