import { argument, GraftError } from '@pip-graft/onnx-graft';
import type { BatchOptions } from '../data/batch.ts';
import type { LossKind } from '../graph/emit-loss.ts';
import type { LearnedPart } from '../graph/training-graph.ts';

/** Options of steps; all of them affect the result. */
export interface StepOptions {
  /** Optimiser steps after which the run, or this stage, ends; includes those before the stage. */
  readonly steps: number;
  /** Steps of the stages before this one, after which its schedule begins. */
  readonly first: number;
  /** Patches per batch. */
  readonly batch: number;
  /** Side of the patches in pixels; a multiple of the host's size multiple. */
  readonly patch: number;
  /** Batches whose gradients are averaged for one step. */
  readonly accumulate: number;
  /** Peak learning rate. */
  readonly rate: number;
  /** Peak learning rate of prompts and gates; null for the same as the others. */
  readonly promptRate: number | null;
  /** Rate at the last step. */
  readonly endRate: number;
  /** Steps in which the rate rises from a tenth of its peak. */
  readonly warmup: number;
  readonly weightDecay: number;
  /** Shares of the means of gradients and of their squares that AdamW keeps, each in [0, 1). */
  readonly betas: readonly [number, number];
  /** Largest norm of all gradients together; null for no clipping. */
  readonly clip: number | null;
  /** Decay of the running mean of the parameters, which is the result; null for none. */
  readonly average: number | null;
  readonly seed: number;
  /**
   * Whether a loss far above the last ones counts less, as in the paper's recipe. The rule is made
   * for batches of 48: with few patches per batch, it mutes the labels with large losses. Needs a
   * loss of at least 0.
   */
  readonly spikes: boolean;
}

/** How an adapter is trained. */
export interface TrainOptions extends StepOptions {
  readonly loss: LossKind;
  /** Weight of the angles between degradation prompts. */
  readonly angles: number;
  readonly learn: LearnedPart;
}

/**
 * The paper's recipe (docs/notes/pip.md section 6) at the size of one machine: its loss, angles,
 * betas and decay; the rate for a batch of 48 patches of 128 pixels also holds for small batches if
 * gradients are clipped. The rule for spikes is off, because it is for large batches.
 */
export const defaultTrainOptions: TrainOptions = {
  steps: 2000,
  first: 0,
  batch: 8,
  patch: 64,
  accumulate: 1,
  loss: 'smooth-l1',
  angles: 2e-5,
  rate: 3.6e-4,
  endRate: 0,
  promptRate: null,
  warmup: 100,
  weightDecay: 0.01,
  betas: [0.9, 0.999],
  clip: 1,
  average: null,
  seed: 0,
  spikes: false,
  learn: 'pip',
};

/**
 * Patches for a sensor: three of ten are clean, three of ten have two degradations, the rest one.
 * Most show all of their photo, because a dark patch is not a dark photo; many have the sharpening
 * and grain of other cameras, and half come from JPEG files. Faint noise is more frequent than a
 * restorer needs, and so is darkness that leaves lamps bright: with a gain near 1, gamma alone.
 */
export const sensorPatches = {
  clean: 0.24,
  flat: 0.06,
  mixed: 0.3,
  partial: 0,
  off: 0,
  halved: 0.3,
  whole: 0.6,
  finished: 0.6,
  stored: 0.5,
  degrade: {
    noise: { sigma: [1, 30], grain: [0, 1.3] },
    'low-light': { gain: [0.04, 1], gamma: [1, 3], lit: [0, 0.25] },
  },
} as const satisfies Partial<BatchOptions>;

/**
 * Default options for a sensor, which is small and learns fast. The rule for spikes is off, because
 * a classifier's losses come near zero, separately for each batch.
 */
export const defaultSensorOptions: StepOptions = {
  steps: 2000,
  first: 0,
  batch: 8,
  patch: 160,
  accumulate: 1,
  rate: 3e-3,
  endRate: 0,
  promptRate: null,
  warmup: 100,
  weightDecay: 0.01,
  betas: [0.9, 0.999],
  clip: 1,
  average: 0.995,
  seed: 0,
  spikes: false,
};

/** A part of a run with its own patches and schedule. */
export interface Stage {
  /** Optimiser steps of this stage. */
  readonly steps: number;
  readonly batch: number;
  readonly patch: number;
  /** Peak learning rate. */
  readonly rate: number;
  /** Rate at the last step. Default: the next stage's peak, 0 for the last one. */
  readonly endRate?: number;
  /** Steps in which the rate rises from a tenth of its peak. Default: 0. */
  readonly warmup?: number;
  readonly loss: LossKind;
}

/**
 * Returns the options of each stage of a run, in order: those of the stage, and those of the run
 * for the rest. `promptRate` applies to the first stage; in later stages it changes in proportion
 * to `rate`.
 *
 * Errors: `INVALID_ARGUMENT` without stages, for a stage without steps, and for a warm-up longer
 * than its stage.
 *
 * @example
 * const [small, large] = stageOptions(defaultTrainOptions, [
 *   { steps: 24000, batch: 8, patch: 64, rate: 1e-3, loss: 'psnr' },
 *   { steps: 16000, batch: 4, patch: 128, rate: 5e-4, loss: 'psnr' },
 * ]);
 * large!.first; // 24000
 */
export function stageOptions(options: TrainOptions, stages: readonly Stage[]): TrainOptions[] {
  argument.requireMembers({ stages }, 'stageOptions', { stages: 'a list' });
  const [opening] = stages;
  if (!opening) throw invalid('a run has at least one stage; give one');
  let first = 0;
  return stages.map((stage, at) => {
    const { steps, batch, patch, rate, loss, warmup = 0 } = stage;
    if (steps < 1) throw invalid(`stage ${at + 1} has no steps; give it some or remove it`);
    if (warmup > steps)
      throw invalid(
        `stage ${at + 1} has ${steps} steps and a warm-up of ${warmup}; give a shorter one`,
      );
    const endRate = stage.endRate ?? stages[at + 1]?.rate ?? 0;
    const { promptRate } = options;
    const made = {
      ...options,
      batch,
      patch,
      rate,
      loss,
      warmup,
      endRate,
      first,
      steps: first + steps,
      promptRate: promptRate === null ? null : (promptRate / opening.rate) * rate,
    };
    first += steps;
    return made;
  });
}

function invalid(what: string): GraftError {
  return new GraftError('INVALID_ARGUMENT', `Stages: ${what}.`);
}
