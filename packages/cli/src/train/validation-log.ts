import { CsvFile, readCsv } from './csv-file.ts';

/** One validation: mean PSNR, and that of each label, in dB. */
export interface ValidationLine {
  readonly step: number;
  readonly mean: number;
  readonly psnr: Readonly<Record<string, number>>;
}

/** The validations of a run as a table, as `TrainLog` has its steps. Errors: `READ_FAILED`, `WRITE_FAILED`. */
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

/** The lines of such a table; none where there is no file. Errors: `READ_FAILED`. */
export function readValidations(path: string): ValidationLine[] {
  const { head, rows } = readCsv(path);
  return rows.map((row) => {
    const [step = 0, mean = 0, ...each] = row.map(Number);
    const labels = head.slice(2);
    return { step, mean, psnr: Object.fromEntries(labels.map((label, at) => [label, each[at]!])) };
  });
}
