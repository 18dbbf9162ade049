import { writeAtomic } from '@pip-graft/onnx-graft/node';
import type { LabelFigures, LabelPatches } from '@pip-graft/train';
import type { TrainLog, ValidationLog } from './csv-file.ts';

/** What the page of a run says. */
export interface RunPage {
  readonly name: string;
  readonly summary: string;
  readonly facts: readonly (readonly [label: string, value: string])[];
  readonly log: TrainLog;
  /** Of the curve of the figure. */
  readonly title: string;
  readonly validation?: PageValidation;
}

/** What a page says of validations. */
export interface PageValidation {
  readonly log: ValidationLog;
  readonly set: readonly LabelPatches[];
  readonly patch: number;
  /** The last ones. */
  readonly figures: LabelFigures | undefined;
}

/** Writes a page with the curves of a run and a sample of each label. Errors: `WRITE_FAILED`. */
export async function writePage(path: string, page: RunPage): Promise<void> {
  const { buildCurvePage } = await import('@pip-graft/report');
  const { name, summary, facts, log, title, validation } = page;
  const text = buildCurvePage({
    ...{ name, summary },
    facts: facts.map(([label, value]) => ({ label, value })),
    curves: [
      { title: 'Loss', points: log.lines.map(({ step, loss }) => [step, loss]) },
      { title, points: log.lines.map(({ step, figure }) => [step, figure]) },
      ...curvesOf(validation),
    ],
    samples: await samplesOf(validation),
  });
  await writeAtomic(path, (append) => append(Buffer.from(text)));
}

function curvesOf(validation: PageValidation | undefined) {
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

async function samplesOf(validation: PageValidation | undefined) {
  const { figures, set, patch } = validation ?? {};
  if (!figures || !set || !patch) return [];
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
