import { readFileSync } from 'node:fs';
import { appendFile, stat, truncate } from 'node:fs/promises';
import { ioError, writeAtomic } from '@pip-graft/onnx-graft/node';
import type { Figure } from '../graph/emit-loss.ts';
import type { StepReport } from '../trainer/train-adapter.ts';

/**
 * A table that is written line by line, each at once. The first line creates the file, or replaces
 * an existing one and keeps its `kept` lines.
 *
 * Errors: `WRITE_FAILED`.
 */
export class CsvFile {
  readonly path: string;
  #before: readonly string[] | undefined;

  /** @param kept lines before the next one, without the head */
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
        // Otherwise, what a full disk still took would stay before the line of the next try.
        await truncate(this.path, size);
        throw error;
      });
    } catch (error) {
      throw ioError('write', this.path, error);
    }
  }
}

/** Reads the head and the rows of a table; none without a file. Errors: `READ_FAILED`. */
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

/** One line of a log: a {@link StepReport} with a figure for people instead of its error. */
export interface LogLine extends Omit<StepReport, 'error'> {
  readonly figure: number;
}

/**
 * The steps of a run as a CSV table, one line per step, with the figure under its name. A run that
 * continues removes the lines after its saved state.
 *
 * Errors: `READ_FAILED`, `WRITE_FAILED`.
 */
export class TrainLog {
  readonly lines: LogLine[];
  readonly #file: CsvFile;

  /** Continues a log after `step` steps; the first line changes its file. */
  constructor(path: string, step: number, figure: Figure) {
    this.lines = step === 0 ? [] : readLog(path).filter((line) => line.step <= step);
    const head = ['step', 'loss', figure, 'rate', 'norm', 'spike'];
    this.#file = new CsvFile(path, head, this.lines.map(textOf));
  }

  get path(): string {
    return this.#file.path;
  }

  async add(line: LogLine): Promise<void> {
    this.lines.push(line);
    await this.#file.append(textOf(line));
  }
}

function readLog(path: string): LogLine[] {
  return readCsv(path).rows.flatMap((row) => {
    const [step, loss, figure, rate, norm, spike] = row.map(Number);
    if (spike === undefined) return [];
    const known = { step: step!, loss: loss!, figure: figure!, rate: rate!, norm: norm! };
    return [{ ...known, spike: spike === 1 }];
  });
}

function textOf({ step, loss, figure, rate, norm, spike }: LogLine): string {
  return [step, loss, figure, rate, norm, spike ? 1 : 0].join(',');
}

/** One validation: mean PSNR, and that of each label, in dB. */
export interface ValidationLine {
  readonly step: number;
  readonly mean: number;
  readonly psnr: Readonly<Record<string, number>>;
}

/**
 * The validations of a run as a CSV table, like {@link TrainLog} for its steps. Errors:
 * `READ_FAILED`, `WRITE_FAILED`.
 */
export class ValidationLog {
  readonly lines: ValidationLine[];
  readonly #labels: readonly string[];
  readonly #file: CsvFile;

  constructor(path: string, step: number, labels: readonly string[]) {
    this.#labels = labels;
    this.lines = step === 0 ? [] : readValidations(path).filter((line) => line.step <= step);
    const kept = this.lines.map((line) => this.#textOf(line));
    this.#file = new CsvFile(path, ['step', 'mean', ...labels], kept);
  }

  get path(): string {
    return this.#file.path;
  }

  async add(line: ValidationLine): Promise<void> {
    this.lines.push(line);
    await this.#file.append(this.#textOf(line));
  }

  #textOf({ step, mean, psnr }: ValidationLine): string {
    return [step, mean, ...this.#labels.map((label) => psnr[label])].join(',');
  }
}

/** Reads the lines of a table of validations; none without a file. Errors: `READ_FAILED`. */
export function readValidations(path: string): ValidationLine[] {
  const { head, rows } = readCsv(path);
  return rows.map((row) => {
    const [step = 0, mean = 0, ...each] = row.map(Number);
    const labels = head.slice(2);
    return { step, mean, psnr: Object.fromEntries(labels.map((label, at) => [label, each[at]!])) };
  });
}

/** Number of last steps whose mean is shown: labels and noise differ from batch to batch. */
const recent = 50;

/**
 * Returns means over the last steps of a stage, and their number.
 *
 * @param first steps before the stage
 */
export function meanOf(
  lines: readonly LogLine[],
  first = 0,
): Pick<LogLine, 'loss' | 'figure'> & { readonly count: number } {
  const last = lines.slice(-recent).filter(({ step }) => step > first);
  const mean = (key: 'loss' | 'figure') =>
    last.reduce((sum, line) => sum + line[key], 0) / Math.max(1, last.length);
  return { loss: mean('loss'), figure: mean('figure'), count: last.length };
}
