import { resolve } from 'node:path';
import { openModel } from '@pip-graft/graft/node';
import { type Image, psnr } from '@pip-graft/imaging';
import type { Verdict } from '@pip-graft/validate';
import { buildOutput } from '../job/build-output.ts';
import type { Job } from '../job/job.ts';
import { atLeast, judge } from './judge.ts';

/**
 * How near a float16 output is to the float32 form of the same job, in dB: on a photo, for the
 * model's own degradation and for each label alone; the worst counts.
 */
export async function parityGate(
  job: Job,
  path: string,
  wanted: { readonly psnr: number; readonly image?: string | undefined },
): Promise<Verdict> {
  return judge('parity', async () => {
    const [
      { createSession },
      { behindDoor, readImage, restoreImage, settingsOf },
      { sampleImage },
    ] = await Promise.all([
      import('@pip-graft/runtime'),
      import('@pip-graft/restore'),
      import('@pip-graft/validate'),
    ]);
    const image =
      wanted.image === undefined
        ? await sampleImage()
        : await readImage(resolve(job.folder, wanted.image));
    const { precision: _, external: __, gates: ___, ...plain } = job.config;
    const full = await buildOutput({ ...job, config: plain }, 'float32-form.onnx');
    const opened = openModel(path);
    const settings = settingsOf(opened.model);
    const { graft } = settings;
    const { sizeMultiple } = settings.restore;
    opened.close();
    const rows = graft?.inputs
      ? [undefined, ...graft.labels.map((_, label) => oneHot(graft.labels.length, label))]
      : [undefined];
    const names = graft?.inputs ? { names: graft.inputs } : {};
    const restore = async (model: string): Promise<Image[]> => {
      const session = await behindDoor(await createSession(model), settings);
      try {
        const made: Image[] = [];
        for (const degradation of rows) {
          const steered = degradation === undefined ? {} : { degradation };
          made.push(await restoreImage(session, image, { sizeMultiple, ...names, ...steered }));
        }
        return made;
      } finally {
        await session.release();
      }
    };
    const [half, whole] = [await restore(path), await restore(full.path)];
    const worst = Math.min(...half.map((made, index) => psnr(made, whole[index]!)));
    const tried = rows.length === 1 ? '' : `, the worst of ${rows.length} settings`;
    return atLeast(
      worst,
      wanted.psnr,
      `dB between the float16 model and its float32 form, ${image.width}x${image.height}${tried}; at least the limit.`,
    );
  });
}

function oneHot(count: number, at: number): number[] {
  return Array.from({ length: count }, (_, index) => (index === at ? 1 : 0));
}
