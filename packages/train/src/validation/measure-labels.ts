import type { TensorMap } from '@pip-graft/weights';
import type { PatchRestorer } from '../trainer/train-step.ts';
import { type LabelPatches, validationPatches } from './validation-set.ts';

/** Errors below this count as this: 80 dB, past what 8 bits can tell. */
const leastError = 1e-8;

/** How well each label is restored. */
export interface LabelFigures {
  /** Mean PSNR over the patches of each label, in dB. */
  readonly psnr: Readonly<Record<string, number>>;
  /** Mean over the labels. */
  readonly mean: number;
  /** What the first patch of each label was restored to: (3,P,P), 0 to 1. */
  readonly restored: Readonly<Record<string, Float32Array>>;
}

/**
 * Restores the patches of a validation set at given parameters and measures them: clipped to 0 and 1,
 * each patch by itself.
 *
 * Errors: those of running the model.
 *
 * @example (await measureLabels(restorer, set, learned(state))).psnr // { noise: 28.1, rain: 30.4 }
 */
export async function measureLabels(
  restorer: Pick<PatchRestorer, 'run'>,
  set: readonly LabelPatches[],
  parameters: TensorMap,
): Promise<LabelFigures> {
  const psnr: Record<string, number> = {};
  const restored: Record<string, Float32Array> = {};
  for (const { label, batch } of set) {
    const made = (await restorer.run(batch, parameters)).map((x) => Math.min(1, Math.max(0, x)));
    const size = made.length / validationPatches;
    let sum = 0;
    for (let at = 0; at < made.length; at += size) sum += decibels(made, batch.targets, at, size);
    psnr[label] = sum / validationPatches;
    restored[label] = made.slice(0, size);
  }
  const all = Object.values(psnr);
  return { psnr, mean: all.reduce((sum, each) => sum + each, 0) / all.length, restored };
}

function decibels(made: Float32Array, target: Float32Array, from: number, size: number): number {
  let sum = 0;
  for (let i = from; i < from + size; i++) sum += (made[i]! - target[i]!) ** 2;
  return -10 * Math.log10(Math.max(leastError, sum / size));
}
