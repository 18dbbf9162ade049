import { argument, GraftError } from '@pip-graft/onnx-graft';
import type { TensorMap } from '@pip-graft/weights';
import type { Batch } from '../data/batch.ts';
import { createAdamW, type StepExtras, stepAdamW } from '../optimise/adamw.ts';
import { type Floats, floatsOf } from '../optimise/floats.ts';
import {
  accumulate,
  clipScale,
  createAccumulation,
  gradientNorm,
  meanGradients,
  spikeScale,
  spikeWindow,
} from '../optimise/gradients.ts';
import { learningRate } from '../optimise/learning-rate.ts';
import type { StateOrigin, TrainingState } from '../state/training-state.ts';
import type { StepOptions } from './train-options.ts';
import type { Stepper } from './train-step.ts';

/** Names of an adapter's degradation prompts, basic restoration prompts and gates. */
const prompts = /^level\d+\.(prompt\.(detask|low)_prompt_param|(\w+_)?gate)$/;

/**
 * Whether a parameter learns at the rate of prompts, if they have their own.
 *
 * @example isPrompt('level1.prompt.detask_prompt_param') // true
 */
export function isPrompt(name: string): boolean {
  return prompts.test(name);
}

/** Result of a step. */
export interface StepReport {
  /** Steps done, including this one. */
  readonly step: number;
  readonly loss: number;
  /** Mean over the batches of the step; see `figureOf` for the figure shown to people. */
  readonly error: number;
  readonly rate: number;
  /** Norm of all gradients together, before clipping. */
  readonly norm: number;
  /** Whether the rule for spikes reduced the weight of a batch of the step. */
  readonly spike: boolean;
}

export interface TrainHooks {
  readonly onStep?: (report: StepReport) => void | Promise<void>;
  /** Called with the state after a step; it changes after the call, so save it before returning. */
  readonly onState?: (state: TrainingState, report: StepReport) => void | Promise<void>;
  /** Ends training after the current step; what was learned until then is returned. */
  readonly signal?: AbortSignal;
}

/** Source of batches, in the order of their number. */
export interface BatchSource {
  next(): Promise<Batch>;
}

/** Returns a state before the first step. */
export function startState(
  parameters: TensorMap,
  { seed, weightDecay, betas }: Pick<StepOptions, 'seed' | 'weightDecay' | 'betas'>,
  origin: StateOrigin,
): TrainingState {
  const copies: TensorMap = new Map(
    [...parameters].map(([name, tensor]) => [name, { ...tensor, data: tensor.data.slice() }]),
  );
  return {
    step: 0,
    seed,
    origin,
    changes: [],
    best: null,
    parameters: copies,
    optimiser: createAdamW({ weightDecay, betas }),
    average: new Map(),
    losses: [],
  };
}

/**
 * Trains from a state until `options.steps` are done or the signal aborts, and returns the state
 * then. On one machine, a run that was interrupted and continued gives the same result, bit for
 * bit, as one that was not.
 *
 * Errors: `RUNTIME_FAILED` for a loss that is not finite, naming step and photos (`state` is
 * unchanged), and if onnxruntime fails; what a batch or a hook throws.
 *
 * @param batches from batch number `state.step · accumulate` on
 *
 * @example
 * const done = await trainAdapter(stepper, batches, startState(adapter.tensors, options, begun), options);
 */
export async function trainAdapter(
  stepper: Pick<Stepper, 'run'>,
  batches: BatchSource,
  state: TrainingState,
  options: StepOptions,
  { onStep, onState, signal }: TrainHooks = {},
): Promise<TrainingState> {
  argument.requireKind(stepper, {
    member: 'run',
    place: 'trainAdapter',
    takes: 'a stepper, which `openStepper` returns,',
  });
  argument.requireMembers(options, 'trainAdapter: options', { steps: 'a number' });
  let now = copyOf(state);
  const { first, rate: peak, warmup: warmupSteps, endRate: end } = options;
  const schedule = { peak, warmupSteps, totalSteps: options.steps - first, end };
  // Losses of another stage are not comparable with those of this one.
  if (now.step === first) now = { ...now, losses: [] };
  while (now.step < options.steps && !signal?.aborted) {
    const { parameters, optimiser } = now;
    const { gradients, scale, losses, ...measured } = await measure(stepper, batches, now, options);
    const norm = gradientNorm(gradients) * scale;
    if (!Number.isFinite(norm))
      throw new GraftError(
        'RUNTIME_FAILED',
        `Step ${now.step + 1}: the gradients are not finite though the loss is ${measured.loss}; try a smaller rate.`,
      );
    const clip = options.clip === null ? 1 : clipScale(norm, options.clip);
    const rate = learningRate(schedule, now.step - first);
    const ofPrompts = (options.promptRate ?? options.rate) / options.rate;
    stepAdamW(
      ...([optimiser, floatsOf(parameters), gradients] as const),
      (name) => (isPrompt(name) ? rate * ofPrompts : rate),
      { scale: scale * clip, ...averageOf(now, options) },
    );
    now = { ...now, step: now.step + 1, losses };
    const report = { step: now.step, ...measured, rate, norm };
    await onStep?.(report);
    await onState?.(now, report);
  }
  return now;
}

interface Measured extends Pick<StepReport, 'loss' | 'error' | 'spike'> {
  readonly gradients: Floats;
  /** Factor of the gradients. */
  readonly scale: number;
  /** Losses of the last batches, for the rule for spikes in the next step. */
  readonly losses: readonly number[];
}

/** Computes loss and gradients over the batches of a step. */
async function measure(
  stepper: Pick<Stepper, 'run'>,
  batches: BatchSource,
  { step, parameters, losses: before }: TrainingState,
  { accumulate: parts, spikes }: StepOptions,
): Promise<Measured> {
  const losses = [...before];
  const sum = createAccumulation();
  let [loss, error, spike, scale] = [0, 0, false, 1];
  let gradients: Floats = new Map();
  for (let part = 0; part < parts; part++) {
    const batch = await batches.next();
    const result = await stepper.run(batch, parameters);
    if (!Number.isFinite(result.loss)) throw notFinite(step, batch, result.loss);
    const factor = spikes ? spikeScale(losses, result.loss) : 1;
    losses.push(result.loss);
    loss += result.loss / parts;
    error += result.error / parts;
    spike ||= factor < 1;
    // Gradients of a single batch are used directly: a sum would make two more copies.
    if (parts === 1) [gradients, scale] = [result.gradients, factor];
    else accumulate(sum, result.gradients, factor);
  }
  if (parts > 1) gradients = meanGradients(sum);
  return { gradients, scale, loss, error, spike, losses: losses.slice(-spikeWindow) };
}

function averageOf({ average }: TrainingState, { average: decay }: StepOptions): StepExtras {
  if (decay === null) return {};
  return { average: { means: average as Map<string, Float32Array>, decay } };
}

/** Returns what is kept of a run: the running mean if there is one, else the parameters. */
export function learned({ parameters, average }: TrainingState): TensorMap {
  return new Map(
    [...parameters].map(([name, tensor]) => [
      name,
      { ...tensor, data: (average.get(name) ?? tensor.data).slice() },
    ]),
  );
}

/** Copies a state, because the optimiser works in place. */
function copyOf(state: TrainingState): TrainingState {
  return structuredClone(state);
}

function notFinite(step: number, { files }: Batch, loss: number): GraftError {
  return new GraftError(
    'RUNTIME_FAILED',
    `Step ${step + 1}: the loss is ${loss}, on patches of ${[...new Set(files)].join(', ')}; look at these photos, or try a smaller rate. What was saved before is as it was.`,
  );
}
