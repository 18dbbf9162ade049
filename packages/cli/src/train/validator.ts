import type { SessionOptions } from '@pip-graft/runtime';
import {
  type LabelFigures,
  learned,
  measureLabels,
  openRestorer,
  type PatchRestorer,
  type RestorerGraph,
  type TrainingState,
  writeState,
} from '@pip-graft/train';
import type { OpenValidation } from './open-validation.ts';
import type { ValidationLine, ValidationLog } from './validation-log.ts';

/** How a run is validated, and where that is kept. */
export interface ValidationPlan extends OpenValidation {
  readonly graph: RestorerGraph;
  /** Steps between two validations. */
  readonly every: number;
  /** Validations without a better one after which the run ends; undefined for no such end. */
  readonly patience: number | undefined;
  readonly log: ValidationLog;
  /** Where the best state is kept. */
  readonly bestPath: string;
  /** That which is kept there. */
  readonly best: ValidationLine | null;
}

/** Measures a run on images that it does not learn from, and keeps its best state. Release it. */
export class Validator {
  readonly #plan: ValidationPlan;
  readonly #restorer: PatchRestorer;
  best: ValidationLine | null;
  /** The last figures; undefined before the first. */
  figures: LabelFigures | undefined;

  private constructor(plan: ValidationPlan, restorer: PatchRestorer) {
    this.#plan = plan;
    this.#restorer = restorer;
    this.best = plan.best;
  }

  /** Errors: those of `openRestorer`. */
  static async open(plan: ValidationPlan, options: SessionOptions): Promise<Validator> {
    return new Validator(plan, await openRestorer(plan.graph, options));
  }

  /** Whether a run is validated after this step of so many. */
  isDue(step: number, total: number): boolean {
    return step % this.#plan.every === 0 || step === total;
  }

  /** Measures what would be kept of a state, and keeps the state where it is the best so far. */
  async measure(state: TrainingState): Promise<LabelFigures> {
    const { set, log, bestPath } = this.#plan;
    const figures = await measureLabels(this.#restorer, set, learned(state));
    this.figures = figures;
    const line = { step: state.step, mean: figures.mean, psnr: figures.psnr };
    await log.add(line);
    if (line.mean > (this.best?.mean ?? Number.NEGATIVE_INFINITY)) {
      // Before the run's own state: one that died between the two comes here again with the same figures.
      await writeState(bestPath, { ...state, best: { step: line.step, figure: line.mean } });
      this.best = line;
    }
    return figures;
  }

  /** Whether the run was no better for as long as it was to be waited. */
  isSpent(step: number): boolean {
    const { patience, every } = this.#plan;
    return (
      patience !== undefined && this.best !== null && step - this.best.step >= patience * every
    );
  }

  release(): Promise<void> {
    return this.#restorer.release();
  }
}
