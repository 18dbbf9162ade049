import type { Quality } from '@pip-graft/imaging';
import type { Device, OptimisationLevel } from '@pip-graft/runtime';
import type { Steering } from './steer-task.ts';
import type { Pair, Problem, SyntheticDegradation } from './task.ts';

/** How near to the clean image each is. */
export interface Qualities {
  /** The degraded image itself. */
  readonly input: Quality;
  /** What the host makes of it. */
  readonly host: Quality;
  /** What the grafted model makes of it; null for a model without a graft. */
  readonly grafted: Quality | null;
  /** Grafted minus host; null without a graft. */
  readonly gain: Quality | null;
}

export interface ImageResult extends Pair {
  readonly width: number;
  readonly height: number;
  readonly quality: Qualities;
  /** What the model's sensor found, by label; left out where it was not asked. */
  readonly found?: Readonly<Record<string, number>>;
}

export interface TaskResult {
  readonly name: string;
  readonly degrade: SyntheticDegradation | null;
  readonly degradation: Steering;
  readonly images: readonly ImageResult[];
  /** How often the task's label was among those that the sensor found; null where it was not asked, or no label is known. */
  readonly found: { readonly label: string; readonly right: number; readonly of: number } | null;
  /** Over its images; null when none could be measured. */
  readonly mean: Qualities | null;
}

/** What evaluation found. Same files, options and machine, same numbers. */
export interface Evaluation {
  readonly settings: {
    readonly device: Device;
    readonly optimisation: OptimisationLevel;
    /** null: onnxruntime's choice. */
    readonly threads: number | null;
    readonly sizeMultiple: number;
    /** null for a model without a graft. */
    readonly strength: number | null;
    readonly seed: number;
  };
  /** null for a model without a graft. */
  readonly graft: {
    /** Its name; of several, all names joined by ' + '. */
    readonly adapter: string;
    /** Whether every adapter is. */
    readonly trained: boolean;
    /** Whether the host is, byte for byte, the file that was grafted. */
    readonly ownHost: boolean;
  } | null;
  readonly tasks: readonly TaskResult[];
  /** Mean of the tasks' means: each task counts the same, however many images it has. */
  readonly average: Qualities | null;
  readonly problems: readonly Problem[];
}
