import { GraftError } from '@pip-graft/graft';
import { degradations, degrade, psnr } from '@pip-graft/imaging';
import type { ReportModel } from '@pip-graft/report';

type Comparison = NonNullable<ReportModel['comparisons']>[number];

/** The bundled image degraded, and what a job's model makes of it; undefined if the model cannot run here. */
export async function jobImage(model: string): Promise<Comparison | undefined> {
  try {
    const [{ Restorer }, { reportImage, sampleImage }] = await Promise.all([
      import('@pip-graft/restore'),
      import('@pip-graft/validate'),
    ]);
    const clean = await sampleImage();
    await using restorer = await Restorer.open(model, { device: 'cpu' });
    const known = degradations.find((each) => restorer.labels.includes(each));
    const degradation = known ?? 'noise';
    const image = degrade(clean, degradation, 7);
    const restored = await (known === undefined
      ? restorer.restore(image)
      : restorer.restore(image, { [known]: 1 }));
    const figure = (made: typeof image): string => `${psnr(made, clean).toFixed(1)} dB`;
    return {
      title: degradation,
      before: await reportImage(image, 'input', figure(image)),
      after: await reportImage(restored.image, 'output', figure(restored.image)),
    };
  } catch (error) {
    // A report is complete without it; the job's own checks say what does not run.
    if (error instanceof GraftError) return undefined;
    throw error;
  }
}
