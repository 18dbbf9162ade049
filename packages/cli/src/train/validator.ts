import { existsSync } from 'node:fs';
import type { OpenHost } from '@pip-graft/graft/node';
import type { SessionOptions } from '@pip-graft/runtime';
import {
  type LabelFigures,
  learned,
  measureLabels,
  openRestorer,
  type PatchRestorer,
  type RestorerGraph,
  readState,
  restorerGraph,
  type TrainingState,
  validationPatches,
  writeState,
} from '@pip-graft/train';
import { InvalidArgumentError, Option } from 'commander';
import { canonical } from '../format/table.ts';
import { wholeNumber } from '../options/options.ts';
import { readValidations, type ValidationLine, ValidationLog } from './csv-file.ts';
import type { OpenRun } from './open-run.ts';
import type { OpenValidation } from './open-validation.ts';
import { number } from './step-request.ts';
import type { TrainRequest } from './train-request.ts';

/** How a run is validated; undefined for one that is not. Errors: those of `restorerGraph` and of reading the best state. */
export function planValidation(
  host: OpenHost,
  { adapter, state, validation }: OpenRun,
  given: TrainRequest,
  { path, bestPath }: { readonly path: string; readonly bestPath: string },
): ValidationPlan | undefined {
  if (!validation) return undefined;
  const { set, patch } = validation;
  const labels = set.map(({ label }) => label);
  const kept = state.step === 0 ? null : (readBest(bestPath, state)?.best ?? null);
  const known = readValidations(path).find(({ step }) => step === kept?.step);
  const best = kept && { step: kept.step, mean: kept.figure, psnr: known?.psnr ?? {} };
  return {
    ...validation,
    graph: restorerGraph(host, adapter, {
      ...{ batch: validationPatches, patch, learn: given.params },
    }),
    every: given.validateEvery ?? defaultValidateEvery,
    patience: given.patience,
    log: new ValidationLog(path, state.step, labels),
    ...{ bestPath, best },
  };
}

/** How a run is measured on images that it does not learn from. */
export interface ValidationRequest {
  /** A folder, or a share of the training images in (0, 1). */
  readonly validate?: string | number;
  readonly validateEvery?: number;
  readonly validatePatch?: number;
  readonly patience?: number;
}

/** Steps between two validations, where nothing else is asked for. */
export const defaultValidateEvery = 500;

export function validationOptions(): Option[] {
  return [
    new Option(
      '--validate <folder|share>',
      'measure on images that are not learned from, and keep the best: a folder of clean images, one with input/ and target/ in a folder of each label, or a share of the training images, as 5%',
    ).argParser(validateOf),
    number(
      '--validate-every <steps>',
      `steps between two validations; default: ${defaultValidateEvery}`,
      undefined,
      wholeNumber(1, 1e9),
    ),
    number(
      '--validate-patch <pixels>',
      'side of the patches that are validated on; default: that of the last stage',
      undefined,
      wholeNumber(8, 4096),
    ),
    number(
      '--patience <number>',
      'stop after so many validations without a better one',
      undefined,
      wholeNumber(1, 1e6),
    ),
  ];
}

function validateOf(text: string): string | number {
  const share = /^(\d+(?:\.\d+)?)%$/.exec(text)?.[1];
  if (share === undefined) return text;
  if (Number(share) > 0 && Number(share) < 100) return Number(share) / 100;
  throw new InvalidArgumentError('expected a share above 0% and below 100%, or a folder.');
}

/** How a run is validated, and where that is kept. */
export interface ValidationPlan extends OpenValidation {
  readonly graph: RestorerGraph;
  /** Steps between two validations. */
  readonly every: number;
  /** Validations without a better one after which the run ends; undefined for no such end. */
  readonly patience: number | undefined;
  readonly log: ValidationLog;
  /** Where the best state is kept. */
  readonly bestPath: string;
  /** That which is kept there. */
  readonly best: ValidationLine | null;
}

/** Measures a run on images that it does not learn from, and keeps its best state. Release it. */
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

  /** Whether a run is validated after this step of so many. */
  isDue(step: number, total: number): boolean {
    return step % this.#plan.every === 0 || step === total;
  }

  /** Measures what would be kept of a state, and keeps the state where it is the best so far. */
  async measure(state: TrainingState): Promise<LabelFigures> {
    const { set, log, bestPath } = this.#plan;
    const figures = await measureLabels(this.#restorer, set, learned(state));
    this.figures = figures;
    const line = { step: state.step, mean: figures.mean, psnr: figures.psnr };
    await log.add(line);
    if (line.mean > (this.best?.mean ?? Number.NEGATIVE_INFINITY)) {
      // Before the run's own state: one that died between the two comes here again with the same figures.
      await writeState(bestPath, { ...state, best: { step: line.step, figure: line.mean } });
      this.best = line;
    }
    return figures;
  }

  /** Whether the run was no better for as long as it was to be waited. */
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
 * The best state that was kept of a run; undefined where there is none, or one of another run.
 *
 * Errors: those of `readState`.
 *
 * @param state of the run
 */
export function readBest(path: string, { seed, origin }: TrainingState): TrainingState | undefined {
  if (!existsSync(path)) return undefined;
  const best = readState(path);
  const of = ({ options, host, adapter }: typeof origin) =>
    canonical([host, adapter, options['validate'], options['validate-patch']]);
  const same = best.seed === seed && of(best.origin) === of(origin);
  return same && best.best ? best : undefined;
}
