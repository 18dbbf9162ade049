import { type HeatMap, heatMap, type Image, padToMultiple, scaleOf } from '@pip-graft/imaging';
import { argument, GraftError } from '@pip-graft/onnx-graft';
import { type GraftRecord, oneHot } from '@pip-graft/pip-core';
import { type TypedTensorOf, toFloat32 } from '@pip-graft/weights';
import { fit, fitted } from '../subject/images.ts';
import { openSubject, type ValidateOptions } from '../subject/open-subject.ts';
import { multipleOf, type Side, type Subject } from '../subject/subject.ts';
import type { PromptFigures } from '../verdict.ts';
import {
  type GatheredImages,
  gatherImages,
  mapImage,
  type ReportMaps,
  shrinkImage,
  type TrialRunner,
} from './report-images.ts';

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
  argument.requireMembers(options, 'explainGraft', { grafted: 'text' });
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

type Tensor = TypedTensorOf<'float32'>;

/** The prompts that each label of an adapter produces for one image. */
export interface LabelPrompts {
  readonly labels: readonly string[];
  readonly levels: readonly {
    readonly level: number;
    /** One degradation-aware prompt per label: (1,c,1,1). */
    readonly degradation: readonly Tensor[];
    /** One universal restoration prompt per label: (1,c,H,W), at the level's size. */
    readonly universal: readonly Tensor[];
  }[];
}

/**
 * Runs the grafted model once per label and returns the prompts, adapter by adapter. All of them are
 * in memory at once, so pass a small image: at 256x256 and 64 channels, each level and label take
 * 17 MB.
 *
 * Returns undefined if the degradation is baked in: one setting leaves nothing to compare.
 *
 * @example const [prompts] = (await readPrompts(run, readGraft(model)!, image)) ?? [];
 */
export async function readPrompts(
  run: TrialRunner,
  graft: GraftRecord,
  image: Image,
): Promise<LabelPrompts[] | undefined> {
  const { adapters, labels, inputs, sites } = graft;
  if (inputs === null) return undefined;
  const prompts: LabelPrompts[] = [];
  for (const [adapter, { labels: own }] of adapters.entries()) {
    const levels = firstCalls(sites)
      .flatMap(({ level, modules }) => {
        const values = modules.find((module) => module.adapter === adapter)?.values;
        return values
          ? [{ level, values, degradation: [] as Tensor[], universal: [] as Tensor[] }]
          : [];
      })
      .sort((a, b) => a.level - b.level);
    const inner = levels.flatMap(({ values }) => [
      values.degradationPrompt,
      values.universalPrompt,
    ]);
    for (const label of own) {
      const rows = [oneHot(labels.length, labels.indexOf(label))];
      const { tensors } = await run({ images: [image], rows, inner });
      for (const { values, degradation, universal } of levels) {
        degradation.push(toFloat32(tensors[values.degradationPrompt]!));
        universal.push(toFloat32(tensors[values.universalPrompt]!));
      }
    }
    prompts.push({ labels: own, levels: levels.map(({ values: _, ...level }) => level) });
  }
  return prompts;
}

/**
 * Cosine similarities of the labels' prompts at each level: 1 for the same direction, 0 for
 * unrelated prompts. Training separates the degradation-aware prompts; labels with similar prompts
 * steer the network similarly.
 *
 * @example promptFigures(prompts).levels[0]?.degradation[0]?.[1] // labels 0 and 1 at the first level
 */
export function promptFigures({ labels, levels }: LabelPrompts): PromptFigures {
  return {
    labels,
    levels: levels.map(({ level, degradation, universal }) => ({
      level,
      degradation: cosines(degradation.map(({ data }) => data)),
      universal: cosines(universal.map(({ data }) => data)),
    })),
  };
}

function cosines(vectors: readonly Float32Array[]): number[][] {
  return vectors.map((a) => vectors.map((b) => cosine(a, b)));
}

/** Cosine of two vectors of equal length; 0 if one is zero, NaN if one contains NaN. */
export function cosine(a: Float32Array, b: Float32Array): number {
  let [dot, left, right] = [0, 0, 0];
  for (let at = 0; at < a.length; at++) {
    const [x, y] = [a[at]!, b[at]!];
    dot += x * y;
    left += x * x;
    right += y * y;
  }
  return left === 0 || right === 0 ? 0 : dot / Math.sqrt(left * right);
}

/**
 * Heat maps of the universal restoration prompt at one level, one per label: the norm over channels
 * at each position. The maps share one scale, so that labels can be compared.
 *
 * Errors: `INVALID_ARGUMENT` for a level that has no prompt.
 *
 * @example const maps = universalPromptMap(prompts, 1); // maps[0] is of prompts.labels[0]
 */
export function universalPromptMap({ levels }: LabelPrompts, level: number): HeatMap[] {
  const found = levels.find((candidate) => candidate.level === level);
  if (found === undefined) {
    const known = levels.map((candidate) => candidate.level).join(', ');
    throw new GraftError('INVALID_ARGUMENT', `Level ${level}: no prompt; use one of ${known}.`);
  }
  const fields = found.universal.map(({ dims, data }) => {
    const [, channels = 0, height = 0, width = 0] = dims;
    return { width, height, norms: norms(data, channels, width * height) };
  });
  const scale = scaleOf(fields.map((field) => field.norms));
  return fields.map((field) => heatMap(field.norms, field.width, field.height, scale));
}

function norms(data: Float32Array, channels: number, size: number): Float32Array {
  const sums = new Float32Array(size);
  for (let channel = 0; channel < channels; channel++) {
    for (let at = 0; at < size; at++) sums[at]! += data[channel * size + at]! ** 2;
  }
  return sums.map(Math.sqrt);
}

/** One site of each level: a network that the model applies several times has the same prompts each time. */
function firstCalls(sites: GraftRecord['sites']): GraftRecord['sites'] {
  return sites.filter(
    ({ level }, index) => sites.findIndex((site) => site.level === level) === index,
  );
}
