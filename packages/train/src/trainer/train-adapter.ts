import { GraftError } from '@pip-graft/onnx-graft';
import type { TensorMap } from '@pip-graft/weights';
import type { Batch } from '../data/batch.ts';
import { accumulate, createAccumulation, meanGradients } from '../optimise/accumulate.ts';
import { createAdamW, stepAdamW } from '../optimise/adamw.ts';
import { clipGradients, gradientNorm } from '../optimise/clip-gradients.ts';
import { floatsOf } from '../optimise/floats.ts';
import { learningRate } from '../optimise/learning-rate.ts';
import { spikeScale, spikeWindow } from '../optimise/spike-scale.ts';
import { updateAverage } from '../optimise/update-average.ts';
import type { StateDigests, TrainingState } from '../state/training-state.ts';
import type { StepOptions } from './train-options.ts';
import type { Stepper } from './train-step.ts';

/** What is told of a step. */
export interface StepReport {
  /** Steps done, this one included. */
  readonly step: number;
  readonly loss: number;
  /** Mean over the batches of the step; see `figureOf` for what people are told of it. */
  readonly error: number;
  readonly rate: number;
  /** Norm of all gradients together, before it is limited. */
  readonly norm: number;
}

export interface TrainHooks {
  readonly onStep?: (report: StepReport) => void | Promise<void>;
  /** The state after a step; it goes on changing after the call, so save it before returning. */
  readonly onState?: (state: TrainingState, report: StepReport) => void | Promise<void>;
  /** Ends after the step that is under way; what was learned until then is returned. */
  readonly signal?: AbortSignal;
}

/** Where batches come from, in the order of their number. */
export interface BatchSource {
  next(): Promise<Batch>;
}

/** A state before the first step. */
export function startState(
  parameters: TensorMap,
  { seed, weightDecay }: Pick<StepOptions, 'seed' | 'weightDecay'>,
  digests: StateDigests,
): TrainingState {
  const copies: TensorMap = new Map(
    [...parameters].map(([name, tensor]) => [name, { ...tensor, data: tensor.data.slice() }]),
  );
  return {
    ...{ step: 0, seed, digests, parameters: copies },
    ...{ optimiser: createAdamW({ weightDecay }), average: new Map(), losses: [] },
  };
}

/**
 * Trains from a state on until `options.steps` are done or the signal comes, and gives the state then.
 * On one machine a run that was interrupted and went on is bit for bit the run that was not.
 *
 * Errors: `RUNTIME_FAILED` for a loss that is not finite, naming step and photos (the state that was
 * handed in is untouched), and when onnxruntime fails; what a batch or a hook throws.
 *
 * @param batches from batch number `state.step · accumulate` on
 *
 * @example
 * const done = await trainAdapter(stepper, batches, startState(adapter.tensors, options, digests), options);
 */
export async function trainAdapter(
  stepper: Pick<Stepper, 'run'>,
  batches: BatchSource,
  state: TrainingState,
  options: StepOptions,
  { onStep, onState, signal }: TrainHooks = {},
): Promise<TrainingState> {
  let now = copyOf(state);
  const schedule = { peak: options.rate, warmupSteps: options.warmup, totalSteps: options.steps };
  while (now.step < options.steps && !signal?.aborted) {
    const { parameters, optimiser } = now;
    const sum = createAccumulation();
    const losses = [...now.losses];
    let [loss, error] = [0, 0];
    for (let part = 0; part < options.accumulate; part++) {
      const batch = await batches.next();
      const result = await stepper.run(batch, parameters);
      if (!Number.isFinite(result.loss)) throw notFinite(now.step, batch, result.loss);
      const factor = options.spikes === false ? 1 : spikeScale(losses, result.loss);
      losses.push(result.loss);
      accumulate(sum, result.gradients, factor);
      loss += result.loss / options.accumulate;
      error += result.error / options.accumulate;
    }
    const gradients = meanGradients(sum);
    const norm =
      options.clip === null ? gradientNorm(gradients) : clipGradients(gradients, options.clip);
    if (!Number.isFinite(norm))
      throw new GraftError(
        'RUNTIME_FAILED',
        `Step ${now.step + 1}: the gradients are not finite though the loss is ${loss}; try a smaller rate.`,
      );
    const rate = learningRate(schedule, now.step);
    stepAdamW(optimiser, floatsOf(parameters), gradients, rate);
    if (options.average !== null)
      updateAverage(
        now.average as Map<string, Float32Array>,
        floatsOf(parameters),
        options.average,
      );
    now = { ...now, step: now.step + 1, losses: losses.slice(-spikeWindow) };
    const report = { step: now.step, loss, error, rate, norm };
    await onStep?.(report);
    await onState?.(now, report);
  }
  return now;
}

/** What is kept of a run: the running mean where there is one, else the parameters. */
export function learned({ parameters, average }: TrainingState): TensorMap {
  return new Map(
    [...parameters].map(([name, tensor]) => [
      name,
      { ...tensor, data: (average.get(name) ?? tensor.data).slice() },
    ]),
  );
}

/** The optimiser works in place: the state that was handed in stays what it was. */
function copyOf(state: TrainingState): TrainingState {
  return structuredClone(state);
}

function notFinite(step: number, { files }: Batch, loss: number): GraftError {
  return new GraftError(
    'RUNTIME_FAILED',
    `Step ${step + 1}: the loss is ${loss}, on patches of ${[...new Set(files)].join(', ')}; look at these photos, or try a smaller rate. What was saved before is as it was.`,
  );
}
