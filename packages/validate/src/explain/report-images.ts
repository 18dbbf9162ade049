import {
  cropImage,
  type Degradation,
  degradations,
  degrade,
  differenceField,
  type HeatMap,
  heatMap,
  type Image,
  imageOf,
  padToMultiple,
  psnr,
  scaleOf,
  tensorImages,
} from '@pip-graft/imaging';
import { oneHot } from '@pip-graft/pip-core';
import { encodeImage, loadSharp, oneAtATime } from '@pip-graft/restore';
import type { Trial, TrialResult } from '../subject/trial.ts';

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

/** Images shown side by side, such as one degradation at several settings. */
export interface ReportStrip {
  readonly title: string;
  readonly detail?: string;
  readonly images: readonly ReportImage[];
}

/** Two images of the same size, before and after. */
export interface ReportComparison {
  readonly title: string;
  readonly before: ReportImage;
  readonly after: ReportImage;
}

/** Heat maps with a common scale, so that their colours can be compared. */
export interface ReportMaps extends ReportStrip {
  readonly scale: {
    /** Values of the darkest and the brightest colour. */
    readonly low: number;
    readonly high: number;
    /** What the values mean. */
    readonly label: string;
  };
}

export interface ReportImage {
  readonly caption: string;
  /** A figure under the caption, such as "27.9 dB". */
  readonly note?: string;
  readonly width: number;
  readonly height: number;
  readonly type: 'image/jpeg' | 'image/png' | 'image/webp';
  readonly bytes: Uint8Array;
}

/** Encodes an image for a report as WebP, at about a tenth of the size of a PNG. @example await reportImage(image, 'input') */
export async function reportImage(
  image: Image,
  caption: string,
  note?: string,
): Promise<ReportImage> {
  const bytes = await encodeImage(image, 'webp', { quality: 82 });
  const { width, height } = image;
  const encoded = { caption, width, height, type: 'image/webp', bytes } as const;
  return note === undefined ? encoded : { ...encoded, note };
}

/** Maps up to this many pixels are lossless; larger ones would make reports of several megabytes. */
const exact = 64 * 64;

/** Encodes a heat map for a report: a PNG if it is small, otherwise WebP. @example await mapImage(differenceMap(a, b), 'rain') */
export async function mapImage({ image }: HeatMap, caption: string): Promise<ReportImage> {
  const { width, height } = image;
  const format = width * height <= exact ? 'png' : 'webp';
  const bytes = await encodeImage(image, format, { quality: 90 });
  return { caption, width, height, type: `image/${format}`, bytes };
}

/**
 * Scales an image down for reports to a longer side of at most `longest` pixels: 8 bits, without
 * transparency. Returns a small enough image unchanged.
 */
export async function shrinkImage(image: Image, longest: number): Promise<Image> {
  const scale = longest / Math.max(image.width, image.height);
  if (scale >= 1) return image;
  const size = image.width * image.height;
  const samples = new Uint8Array(3 * size);
  for (let plane = 0; plane < 3; plane++) {
    for (let at = 0; at < size; at++) {
      const value = Math.min(1, Math.max(0, image.data[plane * size + at]!));
      samples[3 * at + plane] = Math.round(value * 255);
    }
  }
  const [width, height] = [image.width, image.height].map((side) =>
    Math.max(1, Math.round(side * scale)),
  ) as [number, number];
  const raw = { width: image.width, height: image.height, channels: 3 } as const;
  const sharp = await loadSharp();
  const resizer = sharp(samples, { raw }).resize(width, height, { fit: 'fill' }).raw();
  const small = await oneAtATime(() => resizer.toBuffer());
  const data = new Float32Array(3 * width * height);
  for (let plane = 0, to = 0; plane < 3; plane++) {
    for (let at = plane; at < small.length; at += 3, to++) data[to] = small[at]! / 255;
  }
  return imageOf(width, height, data);
}
