import { difference } from '../../metrics/difference.ts';
import { toFloat32 } from '../../session/to-float32.ts';
import { fitted } from '../pictures.ts';
import type { Check } from '../subject.ts';
import { atMost, skipped } from '../verdict.ts';

/** Unequal on purpose, and not summing to 1: weights are taken as they are given. */
const weights = [0.75, 0.5] as const;

/**
 * A mixture of two labels is what the definition says: the degradation-aware
 * prompt is the weighted sum of the labels' own (spec pip.md section 3, step 1).
 */
export const mixture: Check = {
  name: 'mixture of labels',
  async run(subject) {
    const { graft } = subject;
    if (graft.inputs === null) return skipped('The degradation is baked in.');
    const count = graft.labels.length;
    if (count < 2) return skipped('The adapter has one label.');
    const names = graft.sites.map((site) => site.values.degradationPrompt);
    const images = [fitted(subject.photo, subject.sizes[0]!)];
    const row = (first: number, last: number): number[] => [
      first,
      ...new Array<number>(count - 2).fill(0),
      last,
    ];
    const prompts = async (weightsRow: readonly number[]) => {
      const trial = { images, rows: [weightsRow], inner: names };
      return (await subject.run('grafted', trial)).tensors;
    };
    const [first, last] = [await prompts(row(1, 0)), await prompts(row(0, 1))];
    const mixed = await prompts(row(...weights));
    let worst = 0;
    for (const name of names) {
      const [a, b, got] = [first, last, mixed].map((tensors) => toFloat32(tensors[name]!));
      const wanted = a!.data.map((value, i) => weights[0] * value + weights[1] * b!.data[i]!);
      const { maxAbs, peak } = difference(got!, { data: wanted });
      worst = Math.max(worst, maxAbs === 0 ? 0 : maxAbs / peak);
    }
    return atMost(
      worst,
      subject.tolerances.mixture,
      `Degradation-aware prompt at ${weights[0]} ${graft.labels[0]} + ${weights[1]} ${graft.labels.at(-1)}, against that sum of the two labels' own prompts; largest relative difference over ${names.length} levels.`,
    );
  },
};
