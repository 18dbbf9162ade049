import { type Image, padToMultiple } from '@pip-graft/imaging';
import type { PromptFigures } from '../figures.ts';
import { fit, fitted } from '../subject/images.ts';
import { openSubject, type ValidateOptions } from '../subject/open-subject.ts';
import { multipleOf, type Side, type Subject } from '../subject/subject.ts';
import { type GatheredImages, gatherImages, type TrialRunner } from './gather-images.ts';
import { type LabelPrompts, promptFigures, readPrompts, universalPromptMap } from './prompts.ts';
import { mapImage, type ReportMaps, shrinkImage } from './report-image.ts';

export interface ExplainOptions
  extends Pick<
    ValidateOptions,
    'grafted' | 'base' | 'device' | 'deviceId' | 'threads' | 'sizeMultiple' | 'image'
  > {
  readonly strengths?: readonly number[];
  /** Called at the start and after each step, for progress. */
  readonly onStep?: (step: string, done: number, total: number) => void;
}

/** What a report shows about a graft besides its validation. */
export interface Explanation
  extends Pick<GatheredImages, 'comparisons' | 'strips' | 'differences' | 'figures'> {
  /** Strength of the universal restoration prompt at each position, one entry per level. */
  readonly promptMaps: readonly ReportMaps[];
  /** Undefined if the degradation is baked in. */
  readonly prompts?: PromptFigures;
}

/** Longer side in pixels of the images shown, and of the image whose prompts are kept in memory. */
const longest = { images: 320, prompts: 192 } as const;

/**
 * Shows what a grafted model does: an image with each label's degradation, restored by host and graft;
 * where the two differ; how similar the labels' prompts are; and where they are strong. The image is
 * scaled down first.
 *
 * Errors: those of opening a model; `NOT_GRAFTED`; `DEVICE_UNAVAILABLE`; `RUNTIME_FAILED`.
 *
 * @example const { strips, comparisons, prompts } = await explainGraft({ grafted: 'out.onnx' });
 */
export async function explainGraft(options: ExplainOptions): Promise<Explanation> {
  const { strengths, onStep, ...opening } = options;
  const { subject, close } = await openSubject(opening);
  try {
    const { graft } = subject;
    const labels = graft.labels.filter((_, index) => graft.baked?.weights[index] !== 0);
    const total = labels.length + 1;
    const sizeMultiple = options.sizeMultiple ?? multipleOf(graft);
    const run =
      (side: Side): TrialRunner =>
      (trial) =>
        subject.run(side, { ...trial, images: filled(trial.images, subject.batches[0]) });
    onStep?.('images', 0, total);
    const images = await gatherImages({
      host: run('host'),
      grafted: run('grafted'),
      labels,
      clean: await imageFor(subject, longest.images),
      sizeMultiple,
      ...(strengths === undefined ? {} : { strengths }),
      onLabel: (label, done) => onStep?.(label, done, total),
    });
    const image = padToMultiple(await imageFor(subject, longest.prompts), sizeMultiple);
    const prompts = await readPrompts(run('grafted'), graft, image);
    onStep?.('prompts', total, total);
    if (prompts === undefined) return { ...images, promptMaps: [] };
    const promptMaps = await Promise.all(
      prompts.flatMap((own) => own.levels.map(({ level }) => mapsOf(own, level))),
    );
    return { ...images, promptMaps, prompts: together(prompts.map(promptFigures), graft.labels) };
  } finally {
    await close();
  }
}

/** The subject's image scaled down, or at the size its input fixes. */
async function imageFor({ image, input }: Subject, most: number): Promise<Image> {
  const small = await shrinkImage(image, most);
  return fitted(small, fit(input.dims, small));
}

/** Repeats each image for a model with a fixed batch size; the first result counts. */
function filled(images: readonly Image[], batch = 1): Image[] {
  return images.flatMap((image) => Array.from({ length: batch }, () => image));
}

/** Combines the figures of all adapters; with several, each level lists the labels it compares. */
function together(figures: readonly PromptFigures[], labels: readonly string[]): PromptFigures {
  if (figures.length === 1) return figures[0]!;
  const levels = figures.flatMap((own) =>
    own.levels.map((level) => ({ ...level, labels: own.labels })),
  );
  return { labels, levels };
}

async function mapsOf(prompts: LabelPrompts, level: number): Promise<ReportMaps> {
  const maps = universalPromptMap(prompts, level);
  const [{ low, high } = { low: 0, high: 0 }] = maps;
  return {
    title: `Level ${level}: universal restoration prompt`,
    detail: 'Its strength at each position of the clean image, for each label.',
    scale: { low, high, label: 'norm over channels; the same scale for all labels' },
    images: await Promise.all(prompts.labels.map((label, index) => mapImage(maps[index]!, label))),
  };
}
