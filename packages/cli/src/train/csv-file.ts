import { readFileSync } from 'node:fs';
import { appendFile, stat, truncate } from 'node:fs/promises';
import { ioError, writeAtomic } from '@pip-graft/onnx-graft/node';

/**
 * A table that is written line by line, each at once. There is no file before the first line; one that
 * is there is replaced then, by its lines that are kept.
 *
 * Errors: `WRITE_FAILED`.
 */
export class CsvFile {
  readonly path: string;
  #before: readonly string[] | undefined;

  /** @param kept the lines before the next, without the head */
  constructor(path: string, head: readonly string[], kept: readonly string[] = []) {
    this.path = path;
    this.#before = [head.join(','), ...kept];
  }

  async append(line: string): Promise<void> {
    if (this.#before) {
      const text = [...this.#before, line].join('\n');
      await writeAtomic(this.path, (append) => append(Buffer.from(`${text}\n`)));
      this.#before = undefined;
      return;
    }
    try {
      const { size } = await stat(this.path);
      await appendFile(this.path, `${line}\n`).catch(async (error) => {
        // What a full disk still took would stand in the middle of a line of the next try.
        await truncate(this.path, size);
        throw error;
      });
    } catch (error) {
      throw ioError('write', this.path, error);
    }
  }
}

/** Rows of a table, without its head; none where there is no file. Errors: `READ_FAILED`. */
export function readCsv(path: string): { readonly head: string[]; readonly rows: string[][] } {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { head: [], rows: [] };
    throw ioError('read', path, error);
  }
  const [head = [], ...rows] = text.split('\n').map((line) => line.split(','));
  return { head, rows: rows.filter((row) => row.length === head.length) };
}
