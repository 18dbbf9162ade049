import { writeAtomic } from '@pip-graft/graft/files';
import type { LabelFigures, Run } from '@pip-graft/train';

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
