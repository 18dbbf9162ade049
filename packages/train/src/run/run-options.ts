import { createHash } from 'node:crypto';
import { canonicalJson } from '@pip-graft/pip-core';
import type { BatchOptions } from '../data/batch.ts';
import type { JsonValue } from '../state/training-state.ts';
import type { StepOptions, TrainOptions } from '../trainer/train-options.ts';

/** Options that a run has, named as people name them. */
export type RunOptions = Readonly<Record<string, JsonValue>>;

/** How a run is measured on images that it does not learn from. */
export interface ValidationRequest {
  /** A folder, or a share of the training images in (0, 1); undefined for a run that is not measured. */
  readonly validate?: string | number | undefined;
  /** Steps between two validations. */
  readonly validateEvery?: number | undefined;
  /** Side of the patches; default: that of the last stage. */
  readonly validatePatch?: number | undefined;
  /** Validations without a better one after which the run ends; undefined for no such end. */
  readonly patience?: number | undefined;
}

/**
 * All that changes what comes out of a run, by option: what its state keeps, to be compared when it goes
 * on. Numbers of workers and the like are not in it. Images are a digest of their paths.
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

/** The same for a sensor. */
export function sensorRunOptions(options: StepOptions, batches: BatchOptions): RunOptions {
  const { steps, batch, patch, rate, warmup, seed } = options;
  return named({ ...{ steps, batch, patch, rate, warmup, seed }, ...dataOf(batches) });
}

/** What patches are cut from and how they are made, without what each stage has of its own. */
function dataOf(batches: BatchOptions): Readonly<Record<string, unknown>> {
  const { photos, pairs, patch: _, batch: __, seed: ___, pixels: ____, ...made } = batches;
  return { ...made, data: digest(photos), pairs: pairs ? digest(pairs) : null };
}

/** By way of JSON: what is compared is what a state gives back. */
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
