import type { Degradation, Quality } from '@pip-graft/imaging';
import { GraftError } from '@pip-graft/onnx-graft';
import type { Device, OptimisationLevel } from '@pip-graft/runtime';

/** The degradation weights passed to a model, and their source. */
export interface Steering {
  /** Weights by label; null without a graft, or if a sensor finds them. */
  readonly weights: Readonly<Record<string, number>> | null;
  /**
   * `map` and `given`: from the caller, for this task or for all; `name`: from the task's name;
   * `default`: the model's own, because the name indicates no label; `baked`: fixed at grafting;
   * `sensor`: found by the model's sensor for each image; `host`: no graft to steer.
   */
  readonly by: 'map' | 'given' | 'name' | 'default' | 'baked' | 'sensor' | 'host';
}

/** Quality of each image relative to the clean one. */
export interface Qualities {
  /** The degraded image itself. */
  readonly input: Quality;
  /** The host's result. */
  readonly host: Quality;
  /** The grafted model's result; null without a graft. */
  readonly grafted: Quality | null;
  /** Grafted minus host; null without a graft. */
  readonly gain: Quality | null;
}

export interface ImageResult extends Pair {
  readonly width: number;
  readonly height: number;
  readonly quality: Qualities;
  /** Weights found by the model's sensor, by label; undefined if it was not used. */
  readonly found?: Readonly<Record<string, number>>;
}

export interface TaskResult {
  readonly name: string;
  readonly degrade: SyntheticDegradation | null;
  readonly degradation: Steering;
  readonly images: readonly ImageResult[];
  /** How often the sensor found the task's label; null if it was not used or the label is unknown. */
  readonly found: { readonly label: string; readonly right: number; readonly of: number } | null;
  /** Mean over the images; null if none could be measured. */
  readonly mean: Qualities | null;
}

/** The result of an evaluation, reproducible for the same files, options and machine. */
export interface Evaluation {
  readonly settings: {
    readonly device: Device;
    readonly optimisation: OptimisationLevel;
    /** null: onnxruntime's choice. */
    readonly threads: number | null;
    readonly sizeMultiple: number;
    /** null for a model without a graft. */
    readonly strength: number | null;
    readonly seed: number;
  };
  /** null for a model without a graft. */
  readonly graft: {
    /** The adapter's name; several names are joined by ' + '. */
    readonly adapter: string;
    /** Whether every adapter is trained. */
    readonly trained: boolean;
    /** Whether the host is byte for byte the original file of the graft. */
    readonly ownHost: boolean;
  } | null;
  readonly tasks: readonly TaskResult[];
  /** Mean of the tasks' means: every task counts the same, whatever its number of images. */
  readonly average: Qualities | null;
  readonly problems: readonly Problem[];
}

/** A degraded image and its clean target. */
export interface Pair {
  /** File name without extension. */
  readonly name: string;
  /** Path of the degraded image; null if it is made from the clean one. */
  readonly input: string | null;
  /** Path of the clean image. */
  readonly target: string;
}

/** A degradation to apply to clean images; see `amounts` for the unit of `amount`. */
export interface SyntheticDegradation {
  readonly degradation: Degradation;
  readonly amount: number;
}

/** Images averaged together: a folder of pairs, or a folder of clean images and a degradation. */
export interface Task {
  /** Path relative to the searched folder, joined by `/`, then the degradation, as in `kodak24/noise:25`. */
  readonly name: string;
  readonly pairs: readonly Pair[];
  readonly degrade?: SyntheticDegradation;
}

/** An image that could not be measured, and why. */
export interface Problem {
  readonly task: string;
  readonly image: string;
  readonly reason: string;
}

/** Returns the mean of each figure, null without images; gains are computed from the means. */
export function meanQualities(all: readonly Qualities[]): Qualities | null {
  if (all.length === 0) return null;
  const grafted = all.flatMap((one) => one.grafted ?? []);
  return withGain(
    mean(all.map((one) => one.input)),
    mean(all.map((one) => one.host)),
    grafted.length === 0 ? null : mean(grafted),
  );
}

/** Adds the gain of the graft over its host; two infinite figures give no gain. */
export function withGain(input: Quality, host: Quality, grafted: Quality | null): Qualities {
  const gain =
    grafted && combine((key) => (grafted[key] === host[key] ? 0 : grafted[key] - host[key]));
  return { input, host, grafted, gain };
}

function mean(all: readonly Quality[]): Quality {
  return combine((key) => all.reduce((sum, one) => sum + one[key], 0) / all.length);
}

function combine(of: (key: keyof Quality) => number): Quality {
  return { psnr: of('psnr'), ssim: of('ssim'), psnrY: of('psnrY'), ssimY: of('ssimY') };
}

/**
 * Returns the label with the largest weight; the first of several.
 *
 * @example likeliest({ noise: 0.1, rain: 0.9 }) // 'rain'
 */
export function likeliest(weights: Readonly<Record<string, number>>): string | undefined {
  const [first, ...others] = Object.entries(weights);
  return others.reduce((best, one) => (best && one[1] > best[1] ? one : best), first)?.[0];
}

/** One evaluation of some of the images of all tasks. */
export interface EvaluationPart {
  readonly evaluation: Evaluation;
  /** Position of each image, in the order of tasks and images, in the list of all images. */
  readonly order: readonly number[];
}

/**
 * Joins evaluations of disjoint images into the one that a single run would have given: the same
 * order, means and averages, to the last bit. Equal problems count once.
 *
 * Errors: `INVALID_ARGUMENT` for evaluations with different settings, graft or tasks.
 */
export function mergeEvaluations(
  parts: readonly [EvaluationPart, ...EvaluationPart[]],
): Evaluation {
  const [{ evaluation: first }] = parts;
  for (const { evaluation } of parts) requireSame(first, evaluation);
  const placed = parts.map(placedImages);
  const tasks = first.tasks.map((task, at): TaskResult => {
    const images = placed.flatMap((part) => part[at] ?? []);
    images.sort((a, b) => a.position - b.position);
    return withImages(
      task,
      images.map(({ image }) => image),
      parts.flatMap(({ evaluation }) => evaluation.tasks[at]?.found ?? []),
    );
  });
  const problems = parts.flatMap(({ evaluation }) => evaluation.problems);
  return {
    settings: first.settings,
    graft: first.graft,
    tasks,
    average: meanQualities(tasks.flatMap(({ mean }) => mean ?? [])),
    problems: [...new Map(problems.map((one) => [JSON.stringify(one), one])).values()],
  };
}

interface Placed {
  readonly image: ImageResult;
  readonly position: number;
}

function placedImages({ evaluation, order }: EvaluationPart): Placed[][] {
  let next = 0;
  return evaluation.tasks.map(({ images }) =>
    images.map((image) => ({ image, position: order[next++] ?? 0 })),
  );
}

function withImages(
  { name, degrade, degradation }: TaskResult,
  images: readonly ImageResult[],
  found: readonly NonNullable<TaskResult['found']>[],
): TaskResult {
  const sum = (of: 'right' | 'of') => found.reduce((total, one) => total + one[of], 0);
  const [one] = found;
  return {
    name,
    degrade,
    degradation,
    images,
    found: one ? { label: one.label, right: sum('right'), of: sum('of') } : null,
    mean: meanQualities(images.map(({ quality }) => quality)),
  };
}

function requireSame(first: Evaluation, other: Evaluation): void {
  const settings = ({ settings, graft, tasks }: Evaluation) => ({
    ...settings,
    graft,
    tasks: tasks.map(({ name, degradation }) => [name, degradation]),
  });
  const [a, b] = [settings(first), settings(other)] as [
    Record<string, unknown>,
    Record<string, unknown>,
  ];
  const different = Object.keys(a).find((key) => JSON.stringify(a[key]) !== JSON.stringify(b[key]));
  if (different === undefined) return;
  throw new GraftError(
    'INVALID_ARGUMENT',
    `evaluations: they differ in ${different}; measure all parts with the same model, data and options.`,
  );
}
