import type { Image } from '@pip-graft/imaging';
import { padToMultiple } from '@pip-graft/imaging';
import type { PromptFigures } from '../figures.ts';
import { multipleOf } from '../subject/multiple-of.ts';
import { openSubject } from '../subject/open-subject.ts';
import { fit, fitted } from '../subject/pictures.ts';
import type { Side, Subject } from '../subject/subject.ts';
import type { ValidateOptions } from '../validate-options.ts';
import { gatherPictures, type Pictures } from './gather-pictures.ts';
import { promptFigures } from './prompt-figures.ts';
import { type LabelPrompts, readPrompts } from './read-prompts.ts';
import { mapPicture, type ReportMaps } from './report-picture.ts';
import { shrinkImage } from './shrink-image.ts';
import type { TrialRunner } from './trial-runner.ts';
import { universalPromptMap } from './universal-prompt-map.ts';

export interface ExplainOptions
  extends Pick<
    ValidateOptions,
    'grafted' | 'base' | 'device' | 'deviceId' | 'threads' | 'sizeMultiple' | 'photo'
  > {
  readonly strengths?: readonly number[];
  /** Called at the start and after each step, for progress. */
  readonly onStep?: (step: string, done: number, total: number) => void;
}

/** What a report shows of a graft beside its validation. */
export interface Explanation
  extends Pick<Pictures, 'comparisons' | 'strips' | 'differences' | 'figures'> {
  /** How strong the universal restoration prompt is at each place: an entry a level. */
  readonly promptMaps: readonly ReportMaps[];
  /** Left out when the degradation was baked in. */
  readonly prompts?: PromptFigures;
}

/** Longer sides in pixels: of what is shown, and of what prompts are read on, which are kept in memory. */
const longest = { pictures: 320, prompts: 192 } as const;

/**
 * Shows what a grafted model does: a photo with each label's degradation restored by host and graft,
 * where the two differ, how alike the labels' prompts are, and where they are strong. The photo is
 * made small first.
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
    onStep?.('pictures', 0, total);
    const pictures = await gatherPictures({
      host: run('host'),
      grafted: run('grafted'),
      labels,
      photo: await photoFor(subject, longest.pictures),
      sizeMultiple,
      ...(strengths === undefined ? {} : { strengths }),
      onLabel: (label, done) => onStep?.(label, done, total),
    });
    const photo = padToMultiple(await photoFor(subject, longest.prompts), sizeMultiple);
    const prompts = await readPrompts(run('grafted'), graft, photo);
    onStep?.('prompts', total, total);
    if (prompts === undefined) return { ...pictures, promptMaps: [] };
    const promptMaps = await Promise.all(
      prompts.flatMap((own) => own.levels.map(({ level }) => mapsOf(own, level))),
    );
    return { ...pictures, promptMaps, prompts: together(prompts.map(promptFigures), graft.labels) };
  } finally {
    await close();
  }
}

/** The subject's photo made small, at the size that its input fixes where it does. */
async function photoFor({ photo, picture }: Subject, most: number): Promise<Image> {
  const small = await shrinkImage(photo, most);
  return fitted(small, fit(picture.dims, small));
}

/** A model may fix its batch: then each picture goes in several times, and its first result counts. */
function filled(images: readonly Image[], batch = 1): Image[] {
  return images.flatMap((image) => Array.from({ length: batch }, () => image));
}

/** The figures of all adapters as one; where there are several, each level says whose labels it compares. */
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
    title: `Level ${level}: the universal prompt`,
    detail: 'Where on the clean photo it is strong, for each label.',
    scale: { low, high, label: 'norm over channels; one scale for all labels' },
    pictures: await Promise.all(
      prompts.labels.map((label, index) => mapPicture(maps[index]!, label)),
    ),
  };
}
