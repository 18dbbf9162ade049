import { GraftError } from '@pip-graft/onnx-graft';
import type { LossKind } from '../graph/emit-loss.ts';
import type { TrainOptions } from './train-options.ts';

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
  const [opening] = stages;
  if (!opening) throw invalid('a run has at least one stage; give one');
  let first = 0;
  return stages.map((stage, at) => {
    const { steps, batch, patch, rate, loss, warmup = 0 } = stage;
    if (steps < 1) throw invalid(`stage ${at + 1} has no steps; give it some or leave it out`);
    if (warmup > steps)
      throw invalid(
        `stage ${at + 1} has ${steps} steps and a warm-up of ${warmup}; give a shorter one`,
      );
    const endRate = stage.endRate ?? stages[at + 1]?.rate ?? 0;
    const { promptRate } = options;
    const made = {
      ...{ ...options, batch, patch, rate, loss, warmup, endRate, first, steps: first + steps },
      promptRate: promptRate === null ? null : (promptRate / opening.rate) * rate,
    };
    first += steps;
    return made;
  });
}

function invalid(what: string): GraftError {
  return new GraftError('INVALID_ARGUMENT', `Stages: ${what}.`);
}
