import {
  type BatchOptions,
  figureOf,
  openBatches,
  openStepper,
  type StepOptions,
  type TrainingGraph,
  type TrainingState,
  trainAdapter,
  writeState,
} from '@pip-graft/train';
import type { Session } from '../session/session.ts';
import { meanOf } from './mean-of.ts';
import { spellFigure } from './spell-figure.ts';
import type { TrainLog } from './train-log.ts';

/** What changes how fast a run is, and not what comes out of it. */
export interface RunPace {
  readonly device: 'cpu' | 'cuda';
  readonly threads: number | undefined;
  readonly workers: number | undefined;
  /** Steps between two saved states. */
  readonly saveEvery: number;
}

/** What is run: a step as a model, what it is fed, and where it begins. */
export interface Steps {
  readonly graph: TrainingGraph;
  readonly batches: BatchOptions;
  readonly state: TrainingState;
}

/** What a run came to. */
export interface RunResult {
  readonly state: TrainingState;
  readonly seconds: number;
  readonly patchesPerSecond: number;
}

/**
 * Carries out the steps that are left, with a bar, and saves the state now and then, at the end and
 * when something goes wrong: what was learned before a step that failed is good.
 *
 * Errors: those of graphs, batches and steps.
 */
export async function runSteps(
  session: Session,
  { graph, batches: made, state: begun }: Steps,
  options: StepOptions,
  pace: RunPace,
  { statePath, log }: { readonly statePath: string; readonly log: TrainLog },
): Promise<RunResult> {
  const { threads, workers, device } = pace;
  const stepper = await openStepper(graph, {
    device,
    ...(threads === undefined ? {} : { threads }),
  });
  const batches = await openBatches({
    ...made,
    step: begun.step * options.accumulate,
    ...(workers === undefined ? {} : { workers }),
  });
  const start = performance.now();
  let state = begun;
  const seconds = (): number => (performance.now() - start) / 1000;
  const pacing = (): number =>
    ((state.step - begun.step) * options.batch * options.accumulate) / seconds();
  const save = async (): Promise<void> => {
    await writeState(statePath, state);
    await log.flush();
  };
  try {
    state = await trainAdapter(stepper, batches, begun, options, {
      signal: session.signal,
      onState: async (now, report) => {
        state = now;
        const { error, ...line } = report;
        log.add({ ...line, figure: figureOf(graph.figure, error) });
        const { loss, figure } = meanOf(log.lines);
        const detail = `loss ${loss.toFixed(5)}, ${spellFigure(graph.figure, figure)}, ${pacing().toFixed(1)} patches/s`;
        session.progress('training', report.step, options.steps, 'steps', detail);
        if (report.step % pace.saveEvery === 0) await save();
      },
    });
    await save();
  } catch (error) {
    if (state.step > begun.step) await save();
    throw error;
  } finally {
    await batches.close();
    await stepper.release();
  }
  return { state, seconds: seconds(), patchesPerSecond: pacing() };
}
