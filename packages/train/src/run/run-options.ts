import { createHash } from 'node:crypto';
import { canonicalJson } from '@pip-graft/pip-core';
import type { BatchOptions } from '../data/batch.ts';
import type { JsonValue } from '../state/training-state.ts';
import type { StepOptions, TrainOptions } from '../trainer/train-options.ts';

/** Options of a run, under the names of the command line. */
export type RunOptions = Readonly<Record<string, JsonValue>>;

/** How a run is validated, on images that it does not learn from. */
export interface ValidationRequest {
  /** A folder, or a share of the training images in (0, 1); undefined without validation. */
  readonly validate?: string | number | undefined;
  /** Steps between two validations. */
  readonly validateEvery?: number | undefined;
  /** Side of the patches; default: that of the last stage. */
  readonly validatePatch?: number | undefined;
  /** Number of validations without improvement after which the run ends; undefined for no limit. */
  readonly patience?: number | undefined;
}

/**
 * Returns all options that affect a run's result: its state keeps them for comparison when it
 * continues. Excludes the number of workers and the like. Images are a digest of their paths.
 */
export function runOptions(
  { validate, validateEvery, patience, validatePatch }: ValidationRequest,
  stages: readonly TrainOptions[],
  batches: BatchOptions,
): RunOptions {
  const first = stages[0]!;
  const { accumulate, clip, average, seed, learn, angles, weightDecay, betas } = first;
  const validation =
    validate === undefined
      ? { validate: null }
      : {
          ...{ validate, validatePatch, patience: patience ?? null },
          validateEvery: validateEvery ?? null,
        };
  return named({
    ...(stages.length > 1 ? { stage: stages.map(scheduleOf) } : scheduleOf(first)),
    ...{ accumulate, clip, average, seed, params: learn, angles, weightDecay, betas },
    ...{ promptRate: first.promptRate, spikes: stages.some(({ spikes }) => spikes) },
    ...validation,
    ...dataOf(batches),
  });
}

/** Like {@link runOptions}, for a sensor. */
export function sensorRunOptions(options: StepOptions, batches: BatchOptions): RunOptions {
  const { steps, batch, patch, rate, warmup, seed } = options;
  return named({ ...{ steps, batch, patch, rate, warmup, seed }, ...dataOf(batches) });
}

/** Returns what patches are cut from and how they are made, without the options of stages. */
function dataOf(batches: BatchOptions): Readonly<Record<string, unknown>> {
  const { photos, pairs, patch: _, batch: __, seed: ___, pixels: ____, ...made } = batches;
  return { ...made, data: digest(photos), pairs: pairs ? digest(pairs) : null };
}

/** Converts by way of JSON, so that options compare equal to those read from a state. */
function named(options: Readonly<Record<string, unknown>>): RunOptions {
  const plain = JSON.parse(JSON.stringify(options)) as Record<string, JsonValue>;
  return Object.fromEntries(Object.entries(plain).map(([name, value]) => [kebab(name), value]));
}

/** @example kebab('weightDecay') // 'weight-decay' */
function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function scheduleOf({ steps, first, batch, patch, rate, endRate, warmup, loss }: TrainOptions) {
  return {
    ...{ steps: steps - first, batch, patch, rate, warmup, loss },
    ...(endRate === 0 ? {} : { endRate }),
  };
}

function digest(value: unknown): string {
  return `sha256:${createHash('sha256').update(canonicalJson(value)).digest('hex')}`;
}
