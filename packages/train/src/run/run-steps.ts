import { argument } from '@pip-graft/onnx-graft';
import { isOutOfMemory } from '@pip-graft/restore';
import type { SessionOptions } from '@pip-graft/runtime';
import { openBatches } from '../data/open-batches.ts';
import { type Figure, figureOf } from '../graph/emit-loss.ts';
import {
  foreseeMemory,
  machineMemory,
  ranOut,
  type StepSize,
  stepMemory,
} from '../graph/step-memory.ts';
import { writeState } from '../state/state-file.ts';
import type { TrainingState } from '../state/training-state.ts';
import { type StepReport, trainAdapter } from '../trainer/train-adapter.ts';
import { openStepper } from '../trainer/train-step.ts';
import type { LabelFigures } from '../validation/validation-set.ts';
import { checkImages } from './check-images.ts';
import type { Run, StageRun } from './open-run.ts';
import { meanOf, type ValidationLine } from './train-log.ts';
import { Validator } from './validator.ts';

/** Options that affect the speed of a run but not its result. */
export interface RunPace {
  /** Default: the CPU. */
  readonly device?: 'cpu' | 'cuda' | undefined;
  /** Threads of the runtime. */
  readonly threads?: number | undefined;
  /** Threads that make batches. */
  readonly workers?: number | undefined;
  /** Steps between two saved states; default: 100. */
  readonly saveEvery?: number | undefined;
}

/** Progress of a run. */
export interface RunProgress {
  /** Steps done. */
  readonly step: number;
  readonly total: number;
  /** Means over the last steps of the stage. */
  readonly loss: number;
  /** PSNR in dB, or the share of right labels. */
  readonly value: number;
  readonly figure: Figure;
  readonly patchesPerSecond: number;
  /** Figures of the last validation; undefined before the first. */
  readonly validation: LabelFigures | undefined;
}

/** Clock, signal and callbacks of a run. */
export interface RunHooks {
  /** A clock: milliseconds since any moment. */
  readonly now: () => number;
  /** Ends the run after the current step. */
  readonly signal?: AbortSignal | undefined;
  readonly onStep?: ((progress: RunProgress) => void) | undefined;
  /** Called after each image that is checked before the first step. */
  readonly onImage?: ((done: number, total: number) => void) | undefined;
  /** Called with a line for people about what may go wrong. */
  readonly onNote?: ((line: string) => void) | undefined;
  /** Called after each validation and every 200 steps. */
  readonly onPage?: ((figures: LabelFigures | undefined) => Promise<void>) | undefined;
}

/** Result of a run. */
export interface RunResult {
  readonly state: TrainingState;
  readonly seconds: number;
  readonly patchesPerSecond: number;
  /** Share of that time in which the runtime computed steps. */
  readonly runtimeShare: number;
  /** The best validation; null without one. */
  readonly best: ValidationLine | null;
  /** Figures of the last validation. */
  readonly figures: LabelFigures | undefined;
  /** Whether the run ended early because it did not improve. */
  readonly spent: boolean;
}

/** Steps after which the page is rewritten, besides validations. */
const pageEvery = 200;

/**
 * Checks the images, runs the remaining stages, and saves the state periodically, at the end and on errors: what was
 * learned before a failed step is valid.
 *
 * Errors: `CORRUPT_FILE` for damaged images, before the first step; `RUNTIME_FAILED` if memory runs
 * out, with a step that fits; those of graphs, batches and steps.
 *
 * @example
 * const ended = await runSteps(run, {}, { now: () => performance.now(), onStep: console.log });
 */
export async function runSteps(run: Run, pace: RunPace, hooks: RunHooks): Promise<RunResult> {
  argument.requireKind(run, {
    member: 'begun',
    place: 'runSteps',
    takes: 'a run, which `openRun` returns,',
  });
  argument.requireMembers(pace, 'runSteps: pace', {});
  argument.requireMembers(hooks, 'runSteps: hooks', { now: 'a function' });
  const { device = 'cpu', threads, workers, saveEvery = 100 } = pace;
  const { now, signal: stop, onStep, onImage, onNote, onPage } = hooks;
  const { left, total, begun, files, log, validation } = run;
  const sessionOptions = { device, ...(threads === undefined ? {} : { threads }) };
  const memory = machineMemory(device);
  const sizes = left.map((stage) => {
    const size = sizeOf(stage, run);
    const tight = foreseeMemory(size, memory);
    if (tight !== undefined) onNote?.(tight);
    return size;
  });
  await checkImages(run, { signal: stop, onImage });
  const spent = new AbortController();
  const signal = stop ? AbortSignal.any([stop, spent.signal]) : spent.signal;
  const clock = new Clock(now);
  let state = begun;
  let validator: Validator | undefined;
  const save = (): Promise<void> => {
    const best = validator?.best;
    const figure = best ? { step: best.step, figure: best.mean } : begun.best;
    return writeState(files.state, { ...state, best: figure });
  };
  try {
    if (validation && left.length > 0) validator = await Validator.open(validation, sessionOptions);
    for (const [at, stage] of left.entries()) {
      if (signal.aborted) break;
      const { graph, options } = stage;
      const after = async (reached: TrainingState, report: StepReport): Promise<void> => {
        state = reached;
        const { step } = report;
        clock.patches += options.batch * options.accumulate;
        const { error, ...line } = report;
        await log.add({ ...line, figure: figureOf(graph.figure, error) });
        const { loss, figure: value } = meanOf(log.lines, options.first);
        onStep?.({
          step,
          total,
          loss,
          value,
          figure: graph.figure,
          patchesPerSecond: clock.pace,
          validation: validator?.figures,
        });
        const due = validator?.isDue(step, total) === true;
        if (due) await validator!.measure(reached);
        if (due && validator!.isSpent(step)) spent.abort();
        if (due || step % pageEvery === 0) await onPage?.(validator?.figures);
        if (step % saveEvery === 0) await save();
      };
      try {
        const tools = { state, sessionOptions, workers, clock, signal, after };
        state = await runStage(stage, run, tools);
      } catch (error) {
        throw isOutOfMemory(error) ? ranOut(sizes[at]!, memory, error) : error;
      }
    }
    if (left.length > 0) await save();
  } catch (error) {
    // What ended the run is what matters, even if the disk is also full.
    if (state.step > begun.step)
      await save().catch((failure: Error) =>
        onNote?.(`step ${state.step} could not be saved: ${failure.message}`),
      );
    throw error;
  } finally {
    await validator?.release();
  }
  return {
    state,
    best: validator?.best ?? validation?.best ?? null,
    figures: validator?.figures,
    seconds: clock.seconds,
    patchesPerSecond: clock.pace,
    runtimeShare: clock.share,
    spent: spent.signal.aborted && state.step < total,
  };
}

function sizeOf({ graph, options }: StageRun, { checkpointing, sizeMultiple }: Run): StepSize {
  const { batch, patch, accumulate } = options;
  return { batch, patch, accumulate, checkpointing, sizeMultiple, need: stepMemory(graph) };
}

interface StageTools {
  readonly state: TrainingState;
  readonly sessionOptions: SessionOptions;
  readonly workers: number | undefined;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly after: (reached: TrainingState, report: StepReport) => Promise<void>;
}

/** Runs one stage, with its own stepper and batches. */
async function runStage(
  { graph, options }: StageRun,
  run: Run,
  { state, sessionOptions, workers, clock, signal, after }: StageTools,
): Promise<TrainingState> {
  const { batch, patch, accumulate } = options;
  const stepper = await openStepper(graph, sessionOptions);
  try {
    const batches = await openBatches({
      ...run.batches,
      batch,
      patch,
      step: state.step * accumulate,
      ...(workers === undefined ? {} : { workers }),
    });
    try {
      clock.start();
      const timed: Pick<typeof stepper, 'run'> = {
        run: (...step) => clock.time(() => stepper.run(...step)),
      };
      return await trainAdapter(timed, batches, state, options, { signal, onState: after });
    } finally {
      clock.stop();
      await batches.close();
    }
  } finally {
    await stepper.release();
  }
}

/** Measures the time of stages, without the time between them. */
class Clock {
  patches = 0;
  readonly #now: () => number;
  #before = 0;
  #from: number | undefined;
  #computing = 0;

  /** @param now milliseconds since any moment */
  constructor(now: () => number) {
    this.#now = now;
  }

  start(): void {
    this.#from = this.#now();
  }

  stop(): void {
    this.#before = this.seconds * 1000;
    this.#from = undefined;
  }

  async time<Result>(work: () => Promise<Result>): Promise<Result> {
    const from = this.#now();
    const result = await work();
    this.#computing += this.#now() - from;
    return result;
  }

  get seconds(): number {
    return (this.#before + (this.#from === undefined ? 0 : this.#now() - this.#from)) / 1000;
  }

  /** Patches per second. */
  get pace(): number {
    return this.patches / Math.max(1e-3, this.seconds);
  }

  get share(): number {
    return this.#computing / 1000 / Math.max(1e-3, this.seconds);
  }
}
