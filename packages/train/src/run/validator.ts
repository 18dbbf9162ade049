import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Host } from '@pip-graft/graft';
import { GraftError } from '@pip-graft/onnx-graft';
import { type Adapter, canonicalJson } from '@pip-graft/pip-core';
import type { SessionOptions } from '@pip-graft/runtime';
import type { BatchOptions } from '../data/batch.ts';
import { listPairs, listPhotos, type PhotoPair } from '../data/photos.ts';
import { type RestorerGraph, restorerGraph } from '../graph/restorer-graph.ts';
import type { LearnedPart } from '../graph/training-graph.ts';
import { readState, writeState } from '../state/state-file.ts';
import type { TrainingState } from '../state/training-state.ts';
import { learned } from '../trainer/train-adapter.ts';
import { openRestorer, type PatchRestorer } from '../trainer/train-step.ts';
import {
  holdOut,
  type LabelFigures,
  type LabelPatches,
  measureLabels,
  requireApart,
  type ValidationImages,
  validationPatches,
  validationSet,
} from '../validation/validation-set.ts';
import { isImagesDigest, type RunFiles, type ValidationRequest } from './resume.ts';
import { readValidations, type ValidationLine, ValidationLog } from './train-log.ts';

/** Default number of steps between two validations. */
export const defaultValidateEvery = 500;

/** How a run is validated, and where results are kept. */
export interface ValidationPlan extends OpenValidation {
  readonly graph: RestorerGraph;
  /** Steps between two validations. */
  readonly every: number;
  /** Number of validations without improvement after which the run ends; undefined for no limit. */
  readonly patience: number | undefined;
  readonly log: ValidationLog;
  /** Path of the best state. */
  readonly bestPath: string;
  /** Figures of the best state; null before the first. */
  readonly best: ValidationLine | null;
}

/** Plans how a run is validated. Errors: those of `restorerGraph` and of reading the best state. */
export function planValidation(
  host: Host,
  adapter: Adapter | null,
  validation: OpenValidation,
  state: TrainingState,
  files: RunFiles,
  { validateEvery, patience, learn }: ValidationRequest & { readonly learn: LearnedPart },
): ValidationPlan {
  const { set, patch } = validation;
  const labels = set.map(({ label }) => label);
  const kept = state.step === 0 ? null : (readBest(files.best, state)?.best ?? null);
  const known = readValidations(files.validation).find(({ step }) => step === kept?.step);
  return {
    ...validation,
    graph: restorerGraph(host, adapter, { batch: validationPatches, patch, learn }),
    every: validateEvery ?? defaultValidateEvery,
    patience,
    log: new ValidationLog(files.validation, state.step, labels),
    bestPath: files.best,
    best: kept && { step: kept.step, mean: kept.figure, psnr: known?.psnr ?? {} },
  };
}

/** Validates a run on images that it does not learn from, and keeps its best state. Release it. */
export class Validator {
  readonly #plan: ValidationPlan;
  readonly #restorer: PatchRestorer;
  best: ValidationLine | null;
  /** The last figures; undefined before the first. */
  figures: LabelFigures | undefined;

  private constructor(plan: ValidationPlan, restorer: PatchRestorer) {
    this.#plan = plan;
    this.#restorer = restorer;
    this.best = plan.best;
  }

  /** Errors: those of `openRestorer`. */
  static async open(plan: ValidationPlan, options: SessionOptions): Promise<Validator> {
    return new Validator(plan, await openRestorer(plan.graph, options));
  }

  /** Whether a run of `total` steps is validated after this one. */
  isDue(step: number, total: number): boolean {
    return step % this.#plan.every === 0 || step === total;
  }

  /** Measures what would be kept of a state, and saves the state if it is the best so far. */
  async measure(state: TrainingState): Promise<LabelFigures> {
    const { set, log, bestPath } = this.#plan;
    const figures = await measureLabels(this.#restorer, set, learned(state));
    this.figures = figures;
    const line = { step: state.step, mean: figures.mean, psnr: figures.psnr };
    await log.add(line);
    if (line.mean > (this.best?.mean ?? Number.NEGATIVE_INFINITY)) {
      // Written before the run's state: a run that died between the two gets here again with the
      // same figures.
      await writeState(bestPath, { ...state, best: { step: line.step, figure: line.mean } });
      this.best = line;
    }
    return figures;
  }

  /** Whether the run has not improved for as long as its patience lasts. */
  isSpent(step: number): boolean {
    const { patience, every } = this.#plan;
    return (
      patience !== undefined && this.best !== null && step - this.best.step >= patience * every
    );
  }

  release(): Promise<void> {
    return this.#restorer.release();
  }
}

/**
 * Reads the best state of a run; undefined if there is none, or it is of another run.
 *
 * Errors: those of `readState`.
 *
 * @param state of the run
 */
export function readBest(path: string, { seed, origin }: TrainingState): TrainingState | undefined {
  if (!existsSync(path)) return undefined;
  const best = readState(path, 'Remove it to continue from the last state without it.');
  const now = origin.options['validate'];
  const then = best.origin.options['validate'];
  // Earlier states have a folder's path instead of a digest; that it fits was seen when the run went on.
  const isEarlier = isImagesDigest(now) && typeof then === 'string' && !isImagesDigest(then);
  const of = ({ options, host, adapter }: typeof origin) =>
    canonicalJson([
      host,
      adapter,
      isEarlier ? null : options['validate'],
      options['validate-patch'],
    ]);
  const same = best.seed === seed && of(best.origin) === of(origin);
  return same && best.best ? best : undefined;
}

/** Patches on which a run is validated. */
interface OpenValidation {
  readonly set: readonly LabelPatches[];
  /** Side of the patches. */
  readonly patch: number;
  /** Clean images that they are cut from. */
  readonly images: readonly string[];
}

/**
 * Reads the images on which a run is validated, and removes them from the training images.
 *
 * Errors: `INVALID_ARGUMENT` for images in both sets, by content, and for a share that leaves one
 * side empty; `UNKNOWN_LABEL` for pairs of another label; those of reading images.
 *
 * @param validate a folder, or a share of the training images
 */
export async function openValidation(
  validate: string | number,
  batches: BatchOptions,
  patch: number,
): Promise<{ readonly validation: OpenValidation; readonly batches: BatchOptions }> {
  const { labels } = batches;
  const { images, rest } =
    typeof validate === 'number'
      ? await shareOf(batches, validate)
      : { images: await imagesIn(validate, labels), rest: batches };
  await requireApart(targetsOf(rest), targetsOf(images));
  const { pixels } = batches;
  const set = await validationSet({ ...images, ...(pixels ? { pixels } : {}) }, patch);
  return {
    validation: { set, patch, images: targetsOf(images) },
    batches: rest,
  };
}

/** Lists the clean files. */
function targetsOf({ photos, pairs = {} }: Pick<BatchOptions, 'photos' | 'pairs'>): string[] {
  const all = Object.values(pairs).flatMap((list) => list.map(({ target }) => target));
  return [...new Set([...photos, ...all])];
}

async function shareOf(
  batches: BatchOptions,
  share: number,
): Promise<{ readonly images: ValidationImages; readonly rest: BatchOptions }> {
  const need = (what: string, { training, validation }: Awaited<ReturnType<typeof holdOut>>) => {
    if (training.length > 0 && validation.length > 0) return;
    throw new GraftError(
      'INVALID_ARGUMENT',
      `validate ${Number((share * 100).toFixed(6))}%: ${what} are too few to split; give more, or a folder to validate on.`,
    );
  };
  const { labels, pairs = {} } = batches;
  const photos = await holdOut(batches.photos, share, (file) => file);
  if (batches.photos.length > 0) need('the clean images', photos);
  const kept: Record<string, PhotoPair[]> = {};
  const held: Record<string, PhotoPair[]> = {};
  for (const [label, list] of Object.entries(pairs)) {
    const split = await holdOut(list, share, ({ target }) => target);
    need(`the pairs of ${label}`, split);
    kept[label] = split.training;
    held[label] = split.validation;
  }
  const some = Object.keys(pairs).length > 0;
  return {
    images: { photos: photos.validation, labels, ...(some ? { pairs: held } : {}) },
    rest: { ...batches, photos: photos.training, ...(some ? { pairs: kept } : {}) },
  };
}

/** Lists pairs in folders named after labels, if there are any; else clean images. */
async function imagesIn(folder: string, labels: readonly string[]): Promise<ValidationImages> {
  const names = existsSync(folder) ? await readdir(folder).catch(() => []) : [];
  const withPairs = names.filter((name) => existsSync(join(folder, name, 'input'))).sort();
  if (withPairs.length === 0) return { photos: await listPhotos(folder), labels };
  const unknown = withPairs.find((name) => !labels.includes(name));
  if (unknown !== undefined)
    throw new GraftError(
      'UNKNOWN_LABEL',
      `${join(folder, unknown)}: there is no such label; the labels are ${labels.join(', ')}.`,
    );
  const pairs: Record<string, PhotoPair[]> = {};
  for (const label of withPairs) pairs[label] = await listPairs(join(folder, label));
  return { photos: [], pairs, labels };
}
