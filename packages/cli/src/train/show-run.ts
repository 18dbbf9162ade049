import { writeAtomic } from '@pip-graft/graft/files';
import type {
  Figure,
  LabelFigures,
  Run,
  RunHooks,
  RunProgress,
  RunResult,
  SensorFigures,
  ValidationLine,
} from '@pip-graft/train';
import type { Session } from '../pipeline/session.ts';

/** Hooks of a training run: the clock, Ctrl-C, the progress bar and lines on stderr. */
export function runHooks(session: Session): RunHooks {
  return {
    now: () => performance.now(),
    signal: session.signal,
    onNote: session.note,
    onImage: (done, total) => session.progress('checking images', done, total, 'images'),
    onStep: (progress) => {
      const { step, total } = progress;
      session.progress('training', step, total, 'steps', spellProgress(progress));
    },
  };
}

/** Rounds a measurement to four digits, for records. */
export function rounded(value: number): number {
  return Number(value.toPrecision(4));
}

/** Formats a figure with its unit. @example spellFigure('accuracy', 0.973) // '97.3 % right' */
export function spellFigure(figure: Figure, value: number): string {
  return figure === 'psnr' ? `${value.toFixed(2)} dB` : `${(100 * value).toFixed(1)} % right`;
}

/** Formats the time that a run took. */
export function spellTime({
  seconds,
  patchesPerSecond,
  runtimeShare,
}: Pick<RunResult, 'seconds' | 'patchesPerSecond' | 'runtimeShare'>): string {
  return `${seconds.toFixed(0)} s, ${patchesPerSecond.toFixed(1)} patches a second, ${(runtimeShare * 100).toFixed(0)} % in the runtime`;
}

/** Formats the text beside a run's progress bar. */
function spellProgress(progress: RunProgress): string {
  const { loss, figure, value, validation, patchesPerSecond } = progress;
  const parts = [`loss ${loss.toFixed(5)}`, spellFigure(figure, value)];
  if (validation) parts.push(`validation ${validation.mean.toFixed(2)} dB`);
  return [...parts, `${patchesPerSecond.toFixed(1)} patches/s`].join(', ');
}

/** Returns a table row for each label. */
export function judgementRows(figures: readonly SensorFigures[]): (readonly [string, string])[] {
  return figures.map(({ label, right, missed, falsely }) => [
    label,
    `${percent(right)} right: missed in ${percent(missed)} of the patches that have it, found in ${percent(falsely)} of the others`,
  ]);
}

function percent(share: number | null): string {
  return share === null ? 'none' : `${(100 * share).toFixed(1)} %`;
}

/** Formats the validation whose state is kept. */
export function spellBest({ step, mean, psnr }: ValidationLine): string {
  const each = Object.entries(psnr).map(([label, value]) => `${label} ${value.toFixed(2)}`);
  return `step ${step}, the best of the validations: ${mean.toFixed(2)} dB (${each.join(', ')})`;
}

/** Content of a run's page. */
export interface RunPage {
  readonly name: string;
  readonly summary: string;
  readonly facts: readonly (readonly [label: string, value: string])[];
  readonly run: Run;
  /** Title of the curve. */
  readonly title: string;
  /** Figures of the last validation. */
  readonly figures?: LabelFigures | undefined;
}

/** Writes a page with the curves of a run and a sample of each label. Errors: `WRITE_FAILED`. */
export async function writePage(path: string, page: RunPage): Promise<void> {
  const { buildCurvePage } = await import('@pip-graft/report');
  const { name, summary, facts, title, figures } = page;
  const { log, validation } = page.run;
  const text = buildCurvePage({
    name,
    summary,
    facts: facts.map(([label, value]) => ({ label, value })),
    curves: [
      { title: 'Loss', points: log.lines.map(({ step, loss }) => [step, loss]) },
      { title, points: log.lines.map(({ step, figure }) => [step, figure]) },
      ...curvesOf(validation),
    ],
    samples: await samplesOf(validation, figures),
  });
  await writeAtomic(path, (append) => append(Buffer.from(text)));
}

function curvesOf(validation: Run['validation']) {
  if (!validation) return [];
  const { log, set } = validation;
  const points = (figureOf: (line: (typeof log.lines)[number]) => number) =>
    log.lines.map((line) => [line.step, figureOf(line)] as const);
  return [
    { title: 'Validation: PSNR in dB, mean of the labels', points: points(({ mean }) => mean) },
    ...set.map(({ label }) => ({
      title: `Validation: PSNR in dB, ${label}`,
      points: points(({ psnr }) => psnr[label]!),
    })),
  ];
}

async function samplesOf(validation: Run['validation'], figures: LabelFigures | undefined) {
  if (!figures || !validation) return [];
  const { set, patch } = validation;
  const { imageOf } = await import('@pip-graft/imaging');
  const { reportImage } = await import('@pip-graft/validate');
  const size = 3 * patch ** 2;
  return Promise.all(
    set.map(async ({ label, batch }) => ({
      title: label,
      detail: `${figures.psnr[label]!.toFixed(2)} dB, the mean of its patches`,
      images: await Promise.all(
        (
          [
            ['degraded', batch.inputs.slice(0, size)],
            ['restored', figures.restored[label]!],
            ['clean', batch.targets.slice(0, size)],
          ] as const
        ).map(([caption, data]) => reportImage(imageOf(patch, patch, data), caption)),
      ),
    })),
  );
}
