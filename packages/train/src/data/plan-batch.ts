import { Random } from '@pip-graft/weights';
import type { BatchOptions } from './batch.ts';
import { pairsOf } from './check-batch-options.ts';
import type { PatchPlace } from './cut-patch.ts';
import { choosePatch } from './sample-patch.ts';

/** What one patch of a batch will be; no photo is opened for it. */
export interface SamplePlan {
  /** Which of the labels. */
  readonly label: number;
  /** The clean photo. */
  readonly target: string;
  /** The degraded picture of the same, where it is not made. */
  readonly input?: string;
  readonly place: PatchPlace;
}

/** The patches of the batch of a step, from the options alone. */
export function planBatch(options: BatchOptions, step: number): SamplePlan[] {
  const { photos, batch, labels, seed, pairs } = options;
  const shuffles = new Map<number, number[]>();
  return Array.from({ length: batch }, (_, index): SamplePlan => {
    const sample = step * batch + index;
    const block = Math.floor(sample / labels.length);
    const order = shuffles.get(block) ?? shuffledLabels(labels.length, seed, block);
    shuffles.set(block, order);
    const label = order[sample % labels.length]!;
    const known = pairsOf(pairs, labels[label]!);
    const { source, place } = choosePatch((known ?? photos).length, seed, step, index);
    return known === undefined
      ? { label, target: photos[source]!, place }
      : { label, ...known[source]!, place };
  });
}

/** All labels in a random order (Fisher and Yates): of as many samples in a row each label has one. */
function shuffledLabels(count: number, seed: number | string, block: number): number[] {
  const random = new Random(seed).fork('labels').fork(String(block));
  const order = Array.from({ length: count }, (_, label) => label);
  for (let last = count - 1; last > 0; last--) {
    const other = random.below(last + 1);
    [order[last], order[other]] = [order[other]!, order[last]!];
  }
  return order;
}
