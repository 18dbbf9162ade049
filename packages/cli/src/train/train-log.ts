import { readFileSync } from 'node:fs';
import { appendFile, stat, truncate } from 'node:fs/promises';
import { ioError, writeAtomic } from '@pip-graft/onnx-graft/node';
import type { Figure, StepReport } from '@pip-graft/train';

/** One line of a log: a {@link StepReport} with its error as a figure for people. */
export interface LogLine extends Omit<StepReport, 'error'> {
  readonly figure: number;
}

/**
 * The steps of a run as a table that any program reads, one line a step, the figure under its name. A run that goes on takes
 * away what was done after the state was saved.
 *
 * Errors: `READ_FAILED`, `WRITE_FAILED`.
 */
export class TrainLog {
  readonly path: string;
  readonly lines: LogLine[];
  #unwritten: string[] = [];

  private constructor(path: string, lines: LogLine[]) {
    this.path = path;
    this.lines = lines;
  }

  /** Begins a log, or goes on with one after `step` steps. */
  static async open(path: string, step: number, figure: Figure): Promise<TrainLog> {
    const lines = step === 0 ? [] : readLog(path).filter((line) => line.step <= step);
    const head = ['step', 'loss', figure, 'rate', 'norm', 'spike'].join(',');
    const text = [head, ...lines.map(textOf)].join('\n');
    await writeAtomic(path, (append) => append(Buffer.from(`${text}\n`)));
    return new TrainLog(path, lines);
  }

  add(line: LogLine): void {
    this.lines.push(line);
    this.#unwritten.push(textOf(line));
  }

  /** Writes what was added since. */
  async flush(): Promise<void> {
    if (this.#unwritten.length === 0) return;
    try {
      const { size } = await stat(this.path);
      await appendFile(this.path, `${this.#unwritten.join('\n')}\n`).catch(async (error) => {
        // What a full disk still took would stand in the middle of a line of the next try.
        await truncate(this.path, size);
        throw error;
      });
    } catch (error) {
      throw ioError('write', this.path, error);
    }
    this.#unwritten = [];
  }
}

/** The lines of a log; none where there is no file. */
function readLog(path: string): LogLine[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw ioError('read', path, error);
  }
  return text
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [step, loss, figure, rate, norm, spike] = line.split(',').map(Number);
      if (spike === undefined) return [];
      const known = { step: step!, loss: loss!, figure: figure!, rate: rate!, norm: norm! };
      return [{ ...known, spike: spike === 1 }];
    });
}

function textOf({ step, loss, figure, rate, norm, spike }: LogLine): string {
  return [step, loss, figure, rate, norm, spike ? 1 : 0].join(',');
}
