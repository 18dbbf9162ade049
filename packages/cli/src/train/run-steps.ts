import { isOutOfMemory } from '@pip-graft/restore';
import type { SessionOptions } from '@pip-graft/runtime';
import {
  type BatchOptions,
  figureOf,
  openBatches,
  openStepper,
  type StepOptions,
  type StepReport,
  stepMemory,
  type TrainingGraph,
  type TrainingState,
  trainAdapter,
  writeState,
} from '@pip-graft/train';
import type { Session } from '../pipeline/run.ts';
import { foreseeMemory, type MachineMemory, ranOut, type StepSize } from './advise-memory.ts';
import { Clock } from './clock.ts';
import type { TrainLog, ValidationLine } from './csv-file.ts';
import { meanOf, spellFigure } from './spell.ts';
import { type ValidationPlan, Validator } from './validator.ts';

/** What changes how fast a run is, and not what comes out of it. */
export interface RunPace {
  readonly device: 'cpu' | 'cuda';
  readonly threads: number | undefined;
  readonly workers: number | undefined;
  /** Steps between two saved states. */
  readonly saveEvery: number;
  readonly checkpointing: boolean;
  readonly memory: MachineMemory;
}

/** A stage of a run: a step as a model, and how steps are made. */
export interface StageRun {
  readonly graph: TrainingGraph;
  readonly options: StepOptions;
}

/** What is run, what it is fed, and where it begins. */
export interface Steps {
  /** Those that are left. */
  readonly stages: readonly StageRun[];
  /** What sides of patches are multiples of. */
  readonly sizeMultiple: number;
  readonly batches: BatchOptions;
  readonly state: TrainingState;
  readonly validation?: ValidationPlan | undefined;
}

/** Where a run is written down. */
export interface RunOutputs {
  readonly statePath: string;
  readonly log: TrainLog;
  /** Writes the page of the run as it is now. */
  readonly page?: ((validator: Validator | undefined) => Promise<void>) | undefined;
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
  /** Whether it ended before its last step because it got no better. */
  readonly spent: boolean;
  readonly validator: Validator | undefined;
}

/** Steps after which the page is written again, beside validations. */
const pageEvery = 200;

/**
 * Carries out the stages that are left, with a bar, and saves the state now and then, at the end and
 * when something goes wrong: what was learned before a step that failed is good.
 *
 * Errors: those of graphs, batches and steps.
 */
export async function runSteps(
  session: Session,
  { stages, sizeMultiple, batches: made, state: begun, validation }: Steps,
  pace: RunPace,
  { statePath, log, page }: RunOutputs,
): Promise<RunResult> {
  const { threads, workers, device, checkpointing, memory, saveEvery } = pace;
  const sessionOptions = { device, ...(threads === undefined ? {} : { threads }) };
  const sizes = stages.map(({ graph, options: { batch, patch, accumulate } }): StepSize => {
    const need = stepMemory(graph);
    const size = { batch, patch, accumulate, checkpointing, sizeMultiple, need };
    const tight = foreseeMemory(size, memory);
    if (tight !== undefined) session.note(tight);
    return size;
  });
  const total = stages.at(-1)?.options.steps ?? begun.step;
  const spent = new AbortController();
  const signal = AbortSignal.any([session.signal, spent.signal]);
  const clock = new Clock();
  let state = begun;
  let validator: Validator | undefined;
  const save = (): Promise<void> => {
    const best = validator?.best;
    const figure = best ? { step: best.step, figure: best.mean } : begun.best;
    return writeState(statePath, { ...state, best: figure });
  };
  try {
    if (validation && stages.length > 0)
      validator = await Validator.open(validation, sessionOptions);
    for (const [at, { graph, options }] of stages.entries()) {
      if (signal.aborted) break;
      const after = async (now: TrainingState, report: StepReport): Promise<void> => {
        state = now;
        clock.patches += options.batch * options.accumulate;
        const { error, ...line } = report;
        await log.add({ ...line, figure: figureOf(graph.figure, error) });
        const { loss, figure } = meanOf(log.lines, options.first);
        const parts = [`loss ${loss.toFixed(5)}`, spellFigure(graph.figure, figure)];
        if (validator?.figures) parts.push(`validation ${validator.figures.mean.toFixed(2)} dB`);
        const detail = [...parts, `${clock.pace.toFixed(1)} patches/s`].join(', ');
        session.progress('training', report.step, total, 'steps', detail);
        const due = validator?.isDue(report.step, total) === true;
        if (due) await validator!.measure(now);
        if (due && validator!.isSpent(report.step)) spent.abort();
        if (due || report.step % pageEvery === 0) await page?.(validator);
        if (report.step % saveEvery === 0) await save();
      };
      try {
        state = await runStage(
          { graph, options, made, state, sessionOptions, workers, clock },
          {
            ...{ signal, after },
          },
        );
      } catch (error) {
        throw isOutOfMemory(error) ? ranOut(sizes[at]!, memory, error) : error;
      }
    }
    if (stages.length > 0) await save();
  } catch (error) {
    if (state.step > begun.step) await save();
    throw error;
  } finally {
    await validator?.release();
  }
  return {
    ...{ state, validator, best: validator?.best ?? validation?.best ?? null },
    ...{ seconds: clock.seconds, patchesPerSecond: clock.pace, runtimeShare: clock.share },
    spent: spent.signal.aborted && state.step < total,
  };
}

interface StageTools extends StageRun {
  readonly made: BatchOptions;
  readonly state: TrainingState;
  readonly sessionOptions: SessionOptions;
  readonly workers: number | undefined;
  readonly clock: Clock;
}

/** One stage, with a step and batches of its own. */
async function runStage(
  { graph, options, made, state, sessionOptions, workers, clock }: StageTools,
  hooks: {
    readonly signal: AbortSignal;
    readonly after: (now: TrainingState, report: StepReport) => Promise<void>;
  },
): Promise<TrainingState> {
  const { batch, patch, accumulate } = options;
  const stepper = await openStepper(graph, sessionOptions);
  try {
    const batches = await openBatches({
      ...{ ...made, batch, patch, step: state.step * accumulate },
      ...(workers === undefined ? {} : { workers }),
    });
    try {
      clock.start();
      const timed: Pick<typeof stepper, 'run'> = {
        run: (...step) => clock.time(() => stepper.run(...step)),
      };
      const { signal, after } = hooks;
      return await trainAdapter(timed, batches, state, options, { signal, onState: after });
    } finally {
      clock.stop();
      await batches.close();
    }
  } finally {
    await stepper.release();
  }
}
