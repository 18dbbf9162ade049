import type { BatchOptions, JsonValue, StepOptions, TrainOptions } from '@pip-graft/train';
import { canonical, sha256 } from '../format/canonical.ts';
import { kebab } from './kebab.ts';
import type { TrainRequest } from './train-request.ts';

/** Options that a run has, by the names that people give them. */
export type RunOptions = Readonly<Record<string, JsonValue>>;

/**
 * All that changes what comes out of a run, by option: what its state keeps, to be compared when it goes
 * on. Numbers of workers and the like are not in it. Images are a digest of their paths.
 */
export function runOptions(
  given: Pick<TrainRequest, 'stage' | 'validate' | 'validateEvery' | 'patience'>,
  stages: readonly TrainOptions[],
  batches: BatchOptions,
  validatePatch: number | undefined,
): RunOptions {
  const [first] = stages;
  const { accumulate, clip, average, seed, learn, angles, weightDecay, betas } = first!;
  const { validate, validateEvery, patience } = given;
  const validation =
    validate === undefined
      ? { validate: null }
      : {
          ...{ validate, validatePatch: validatePatch!, patience: patience ?? null },
          validateEvery: validateEvery ?? null,
        };
  const options = {
    ...(given.stage ? { stage: stages.map(scheduleOf) } : scheduleOf(first!)),
    ...{ accumulate, clip, average, seed, params: learn, angles, weightDecay, betas },
    ...{ promptRate: first!.promptRate, spikes: stages.some(({ spikes }) => spikes) },
    ...validation,
    ...dataOf(batches),
  };
  return named(options);
}

/** What patches are cut from and how they are made, without what each stage has of its own. */
function dataOf(batches: BatchOptions): RunOptions {
  const { photos, pairs, patch: _, batch: __, seed: ___, pixels: ____, ...made } = batches;
  return { ...made, data: digest(photos), pairs: pairs ? digest(pairs) : null };
}

/** The same for a sensor. */
export function sensorRunOptions(options: StepOptions, batches: BatchOptions): RunOptions {
  const { steps, batch, patch, rate, warmup, seed } = options;
  return named({
    ...{ steps, batch, patch, rate, warmup, seed },
    ...dataOf(batches),
  });
}

/** By way of JSON: what is compared is what a state gives back. */
function named(options: Readonly<Record<string, unknown>>): RunOptions {
  const plain = JSON.parse(JSON.stringify(options)) as Record<string, JsonValue>;
  return Object.fromEntries(Object.entries(plain).map(([name, value]) => [kebab(name), value]));
}

function scheduleOf({ steps, first, batch, patch, rate, endRate, warmup, loss }: TrainOptions) {
  return {
    ...{ steps: steps - first, batch, patch, rate, warmup, loss },
    ...(endRate === 0 ? {} : { endRate }),
  };
}

function digest(value: unknown): string {
  return `sha256:${sha256(canonical(value))}`;
}
