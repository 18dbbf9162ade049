import type { Quality } from '@pip-graft/imaging';
import type { Device, OptimisationLevel } from '@pip-graft/runtime';
import type { Steering } from './steer-task.ts';
import type { Pair, Problem, SyntheticDegradation } from './task.ts';

/** Quality of each image relative to the clean one. */
export interface Qualities {
  /** The degraded image itself. */
  readonly input: Quality;
  /** The host's result. */
  readonly host: Quality;
  /** The grafted model's result; null without a graft. */
  readonly grafted: Quality | null;
  /** Grafted minus host; null without a graft. */
  readonly gain: Quality | null;
}

export interface ImageResult extends Pair {
  readonly width: number;
  readonly height: number;
  readonly quality: Qualities;
  /** Weights found by the model's sensor, by label; undefined if it was not used. */
  readonly found?: Readonly<Record<string, number>>;
}

export interface TaskResult {
  readonly name: string;
  readonly degrade: SyntheticDegradation | null;
  readonly degradation: Steering;
  readonly images: readonly ImageResult[];
  /** How often the sensor found the task's label; null if it was not used or the label is unknown. */
  readonly found: { readonly label: string; readonly right: number; readonly of: number } | null;
  /** Mean over the images; null if none could be measured. */
  readonly mean: Qualities | null;
}

/** The result of an evaluation, reproducible for the same files, options and machine. */
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
    /** The adapter's name; several names are joined by ' + '. */
    readonly adapter: string;
    /** Whether every adapter is trained. */
    readonly trained: boolean;
    /** Whether the host is byte for byte the original file of the graft. */
    readonly ownHost: boolean;
  } | null;
  readonly tasks: readonly TaskResult[];
  /** Mean of the tasks' means: every task counts the same, whatever its number of images. */
  readonly average: Qualities | null;
  readonly problems: readonly Problem[];
}
