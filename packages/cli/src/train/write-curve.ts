import { writeAtomic } from '@pip-graft/onnx-graft/node';
import type { TrainLog } from './train-log.ts';

/** What the page of a run says. */
export interface Curve {
  readonly name: string;
  readonly summary: string;
  readonly facts: readonly (readonly [label: string, value: string])[];
  readonly log: TrainLog;
  /** Of the curve of the figure. */
  readonly title: string;
}

/** Writes a page with the learning curve. Errors: `WRITE_FAILED`. */
export async function writeCurve(path: string, curve: Curve): Promise<void> {
  const { buildCurvePage } = await import('@pip-graft/runtime');
  const { name, summary, facts, log, title } = curve;
  const page = buildCurvePage({
    ...{ name, summary },
    facts: facts.map(([label, value]) => ({ label, value })),
    curves: [
      { title: 'Loss', points: log.lines.map(({ step, loss }) => [step, loss]) },
      { title, points: log.lines.map(({ step, figure }) => [step, figure]) },
    ],
  });
  await writeAtomic(path, (append) => append(Buffer.from(page)));
}
