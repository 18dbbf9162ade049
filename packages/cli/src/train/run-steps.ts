import { isOutOfMemory } from '@pip-graft/runtime';
import {
  type BatchOptions,
  figureOf,
  openBatches,
  openStepper,
  type StepOptions,
  stepMemory,
  type TrainingGraph,
  type TrainingState,
  trainAdapter,
  writeState,
} from '@pip-graft/train';
import type { Session } from '../session/session.ts';
import { foreseeMemory, type MachineMemory, ranOut } from './advise-memory.ts';
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
  readonly checkpointing: boolean;
  readonly memory: MachineMemory;
}

/** What is run: a step as a model, what it is fed, and where it begins. */
export interface Steps {
  readonly graph: TrainingGraph;
  /** What sides of patches are multiples of. */
  readonly sizeMultiple: number;
  readonly batches: BatchOptions;
  readonly state: TrainingState;
}

/** What a run came to. */
export interface RunResult {
  readonly state: TrainingState;
  readonly seconds: number;
  readonly patchesPerSecond: number;
  /** Of that time, the share in which the runtime computed steps. */
  readonly runtimeShare: number;
}

/**
 * Carries out the steps that are left, with a bar, and saves the state now and then, at the end and
 * when something goes wrong: what was learned before a step that failed is good.
 *
 * Errors: those of graphs, batches and steps.
 */
export async function runSteps(
  session: Session,
  { graph, sizeMultiple, batches: made, state: begun }: Steps,
  options: StepOptions,
  pace: RunPace,
  { statePath, log }: { readonly statePath: string; readonly log: TrainLog },
): Promise<RunResult> {
  const { threads, workers, device, checkpointing, memory } = pace;
  const { batch, patch, accumulate } = options;
  const size = { batch, patch, accumulate, checkpointing, sizeMultiple, need: stepMemory(graph) };
  const tight = foreseeMemory(size, memory);
  if (tight !== undefined) session.note(tight);
  const explained = (error: unknown): unknown =>
    isOutOfMemory(error) ? ranOut(size, memory, error) : error;
  const stepper = await openStepper(graph, {
    device,
    ...(threads === undefined ? {} : { threads }),
  }).catch((error: unknown) => {
    throw explained(error);
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
    // The log first: steps in it behind the state's are taken away by a run that goes on.
    await log.flush();
    await writeState(statePath, state);
  };
  let [computing, took, patchesPerSecond] = [0, 0, 0];
  const timed: Pick<typeof stepper, 'run'> = {
    async run(...step) {
      const from = performance.now();
      const result = await stepper.run(...step);
      computing += performance.now() - from;
      return result;
    },
  };
  try {
    state = await trainAdapter(timed, batches, begun, options, {
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
    took = seconds();
    patchesPerSecond = pacing();
  } catch (error) {
    if (state.step > begun.step) await save();
    throw explained(error);
  } finally {
    await batches.close();
    await stepper.release();
  }
  return { state, seconds: took, patchesPerSecond, runtimeShare: computing / 1000 / took };
}
