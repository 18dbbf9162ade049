import { isOutOfMemory } from '@pip-graft/restore';
import type { SessionOptions } from '@pip-graft/runtime';
import { openBatches } from '../data/open-batches.ts';
import { type Figure, figureOf } from '../graph/emit-loss.ts';
import { stepMemory } from '../graph/step-memory.ts';
import { writeState } from '../state/state-file.ts';
import type { TrainingState } from '../state/training-state.ts';
import { type StepReport, trainAdapter } from '../trainer/train-adapter.ts';
import { openStepper } from '../trainer/train-step.ts';
import type { LabelFigures } from '../validation/validation-set.ts';
import { foreseeMemory, machineMemory, ranOut, type StepSize } from './advise-memory.ts';
import { Clock } from './clock.ts';
import type { Run, StageRun } from './open-run.ts';
import { meanOf, type ValidationLine } from './train-log.ts';
import { Validator } from './validator.ts';

/** What changes how fast a run is, and not what comes out of it. */
export interface RunPace {
  /** Default: the CPU. */
  readonly device?: 'cpu' | 'cuda' | undefined;
  /** Threads of the runtime. */
  readonly threads?: number | undefined;
  /** Threads that make batches. */
  readonly workers?: number | undefined;
  /** Steps between two saved states; default 100. */
  readonly saveEvery?: number | undefined;
}

/** How far a run is. */
export interface RunProgress {
  /** Steps done. */
  readonly step: number;
  readonly total: number;
  /** Means over the last steps of the stage. */
  readonly loss: number;
  /** PSNR in dB, or the share of labels that are right. */
  readonly value: number;
  readonly figure: Figure;
  readonly patchesPerSecond: number;
  /** Of the last validation; undefined before the first. */
  readonly validation: LabelFigures | undefined;
}

/** What a run is handed of the world, and whom it tells. */
export interface RunHooks {
  /** A clock: milliseconds from any moment on. */
  readonly now: () => number;
  /** Ends after the step under way. */
  readonly signal?: AbortSignal | undefined;
  readonly onStep?: ((progress: RunProgress) => void) | undefined;
  /** A line for people: what may go wrong. */
  readonly onNote?: ((line: string) => void) | undefined;
  /** After each validation and every 200 steps. */
  readonly onPage?: ((figures: LabelFigures | undefined) => Promise<void>) | undefined;
}

/** What a run came to. */
export interface RunResult {
  readonly state: TrainingState;
  readonly seconds: number;
  readonly patchesPerSecond: number;
  /** Of that time, the share in which the runtime computed steps. */
  readonly runtimeShare: number;
  /** Where it was best on images that it does not learn from. */
  readonly best: ValidationLine | null;
  /** Of the last validation. */
  readonly figures: LabelFigures | undefined;
  /** Whether it ended before its last step because it got no better. */
  readonly spent: boolean;
}

/** Steps after which the page is written again, beside validations. */
const pageEvery = 200;

/**
 * Carries out the stages that are left, and saves the state now and then, at the end and when something
 * goes wrong: what was learned before a step that failed is good.
 *
 * Errors: `RUNTIME_FAILED` where memory runs out, with a step that fits; those of graphs, batches and
 * steps.
 *
 * @example
 * const ended = await runSteps(run, {}, { now: () => performance.now(), onStep: console.log });
 */
export async function runSteps(
  run: Run,
  { device = 'cpu', threads, workers, saveEvery = 100 }: RunPace,
  { now, signal: stop, onStep, onNote, onPage }: RunHooks,
): Promise<RunResult> {
  const { left, total, begun, files, log, validation } = run;
  const sessionOptions = { device, ...(threads === undefined ? {} : { threads }) };
  const memory = machineMemory(device);
  const sizes = left.map((stage) => {
    const size = sizeOf(stage, run);
    const tight = foreseeMemory(size, memory);
    if (tight !== undefined) onNote?.(tight);
    return size;
  });
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
          ...{ step, total, loss, value, figure: graph.figure, patchesPerSecond: clock.pace },
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
    if (state.step > begun.step) await save();
    throw error;
  } finally {
    await validator?.release();
  }
  return {
    ...{ state, best: validator?.best ?? validation?.best ?? null, figures: validator?.figures },
    ...{ seconds: clock.seconds, patchesPerSecond: clock.pace, runtimeShare: clock.share },
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

/** One stage, with a step and batches of its own. */
async function runStage(
  { graph, options }: StageRun,
  run: Run,
  { state, sessionOptions, workers, clock, signal, after }: StageTools,
): Promise<TrainingState> {
  const { batch, patch, accumulate } = options;
  const stepper = await openStepper(graph, sessionOptions);
  try {
    const batches = await openBatches({
      ...{ ...run.batches, batch, patch, step: state.step * accumulate },
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
