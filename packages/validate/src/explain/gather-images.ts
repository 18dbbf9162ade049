import {
  cropImage,
  type Degradation,
  degradations,
  degrade,
  differenceField,
  heatMap,
  type Image,
  padToMultiple,
  psnr,
  scaleOf,
  tensorImages,
} from '@pip-graft/imaging';
import { oneHot } from '@pip-graft/pip-core';
import type { Trial, TrialResult } from '../trial.ts';
import {
  mapImage,
  type ReportComparison,
  type ReportMaps,
  type ReportStrip,
  reportImage,
} from './report-image.ts';

/** Runs one model on images with settings, in a session, a process or a test double. */
export type TrialRunner = (trial: Trial) => Promise<TrialResult>;

export interface GatherImagesOptions {
  readonly host: TrialRunner;
  readonly grafted: TrialRunner;
  /** The adapter's labels, in its order. */
  readonly labels: readonly string[];
  /** A clean image. */
  readonly clean: Image;
  /** Number that both sides of the networks' input must be multiples of; default: 1. */
  readonly sizeMultiple?: number;
  /** Strengths of the graft; the last one is compared with input and host. Default: the model's. */
  readonly strengths?: readonly number[];
  /** Seed of the degradations; default: 7. */
  readonly seed?: number;
  /** Called after each label. */
  readonly onLabel?: (label: string, done: number, total: number) => void;
}

/** Images for a report, and the PSNR in dB behind each against the clean image. */
export interface GatheredImages {
  readonly comparisons: readonly ReportComparison[];
  readonly strips: readonly ReportStrip[];
  readonly differences: ReportMaps;
  readonly figures: readonly {
    readonly label: string;
    readonly input: number;
    readonly host: number;
    /** One for each strength. */
    readonly grafted: readonly number[];
  }[];
}

/**
 * Degrades an image for each label and restores it with the host and with the grafted model at that
 * label. A label without a synthetic degradation of its name gets the clean image. The same seed
 * gives the same images.
 *
 * @example const { strips, comparisons } = await gatherImages({ host, grafted, labels, clean });
 */
export async function gatherImages(request: GatherImagesOptions): Promise<GatheredImages> {
  const { labels, clean, strengths = [undefined], seed = 7, onLabel } = request;
  const rows: Restored[] = [];
  for (const label of labels) {
    const input = isDegradation(label) ? degrade(clean, label, seed) : clean;
    const weights = [oneHot(labels.length, labels.indexOf(label))];
    const host = await restored(request.host, input, request, {});
    const grafted: Image[] = [];
    for (const strength of strengths) {
      const settings = { rows: weights, ...(strength === undefined ? {} : { strength }) };
      grafted.push(await restored(request.grafted, input, request, settings));
    }
    rows.push({ label, input, host, grafted });
    onLabel?.(label, rows.length, labels.length);
  }
  return {
    comparisons: await Promise.all(rows.map((row) => comparison(row, clean))),
    strips: await Promise.all(rows.map((row) => strip(row, clean, strengths))),
    differences: await differences(rows),
    figures: rows.map(({ label, input, host, grafted }) => ({
      label,
      input: psnr(input, clean),
      host: psnr(host, clean),
      grafted: grafted.map((image) => psnr(image, clean)),
    })),
  };
}

interface Restored {
  readonly label: string;
  readonly input: Image;
  readonly host: Image;
  readonly grafted: readonly Image[];
}

function isDegradation(label: string): label is Degradation {
  return (degradations as readonly string[]).includes(label);
}

/** One restored image, clipped as in a file. */
async function restored(
  run: TrialRunner,
  image: Image,
  { sizeMultiple = 1 }: GatherImagesOptions,
  settings: Pick<Trial, 'rows' | 'strength'>,
): Promise<Image> {
  const padded = padToMultiple(image, sizeMultiple);
  const { output } = await run({ images: [padded], kind: { level: 'all' }, ...settings });
  const { data, ...rest } = tensorImages(output)[0]!;
  const clipped = data.map((value) => Math.min(1, Math.max(0, value)));
  return cropImage({ ...rest, data: clipped }, image.width, image.height);
}

async function comparison(row: Restored, clean: Image): Promise<ReportComparison> {
  const last = row.grafted.at(-1)!;
  return {
    title: row.label,
    before: await reportImage(row.input, 'input', decibels(row.input, clean)),
    after: await reportImage(last, 'grafted', decibels(last, clean)),
  };
}

async function strip(
  { label, input, host, grafted }: Restored,
  clean: Image,
  strengths: readonly (number | undefined)[],
): Promise<ReportStrip> {
  const images = [
    await reportImage(input, 'input', decibels(input, clean)),
    await reportImage(host, 'host', decibels(host, clean)),
  ];
  for (const [index, image] of grafted.entries()) {
    const strength = strengths[index];
    const caption = strength === undefined ? 'grafted' : `${label}, strength ${strength}`;
    images.push(await reportImage(image, caption, decibels(image, clean)));
  }
  return { title: `${label}: host and graft`, images };
}

async function differences(rows: readonly Restored[]): Promise<ReportMaps> {
  const fields = rows.map(({ host, grafted }) => differenceField(grafted.at(-1)!, host));
  const scale = { low: 0, high: scaleOf(fields).high };
  const images = rows.map(({ label, host: { width, height } }, index) =>
    mapImage(heatMap(fields[index]!, width, height, scale), label),
  );
  return {
    title: 'What the graft changes',
    detail: 'Difference between the grafted model and its host on the same input.',
    scale: {
      ...scale,
      label: 'absolute difference, mean over red, green and blue; 1 is black against white',
    },
    images: await Promise.all(images),
  };
}

/** PSNR against the clean image; undefined for the clean image itself. */
function decibels(image: Image, clean: Image): string | undefined {
  const value = psnr(image, clean);
  if (value === Number.POSITIVE_INFINITY) return undefined;
  return Number.isNaN(value) ? 'not finite' : `${value.toFixed(1)} dB`;
}
