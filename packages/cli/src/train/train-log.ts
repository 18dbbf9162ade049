import type { Figure, StepReport } from '@pip-graft/train';
import { CsvFile, readCsv } from './csv-file.ts';

/** One line of a log: a {@link StepReport} with its error as a figure for people. */
export interface LogLine extends Omit<StepReport, 'error'> {
  readonly figure: number;
}

/**
 * The steps of a run as a table that any program reads, one line a step, the figure under its name. A
 * run that goes on takes away what was done after the state was saved.
 *
 * Errors: `READ_FAILED`, `WRITE_FAILED`.
 */
export class TrainLog {
  readonly lines: LogLine[];
  readonly #file: CsvFile;

  /** A log that goes on after `step` steps; its file is touched with the first line. */
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
