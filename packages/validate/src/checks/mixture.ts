import { difference } from '@pip-graft/imaging';
import type { GraftRecord } from '@pip-graft/pip-core';
import { toFloat32 } from '@pip-graft/weights';
import { fitted } from '../subject/images.ts';
import { type Check, moduleValues } from '../subject/subject.ts';
import { atMost, skipped } from '../verdict.ts';

/** Unequal on purpose, with a sum other than 1: the prompt uses shares of the sum. */
const weights = [0.75, 0.5] as const;

/**
 * Checks that a mixture of two labels matches its definition: the degradation-aware prompt is the sum
 * of the labels' prompts, weighted by their share of the weights (docs/concepts.md). Each adapter
 * sees only its own labels.
 */
export const mixture: Check = {
  name: 'mixture of labels',
  async run(subject) {
    const { graft } = subject;
    if (graft.inputs === null) return skipped('The degradation is baked in.');
    if (graft.labels.length < 2) return skipped('The graft has one label.');
    const inner = moduleValues(graft).map((values) => values.degradationPrompt);
    const images = [fitted(subject.image, subject.sizes[0]!)];
    const prompts = async (row: readonly number[]) =>
      (await subject.run('grafted', { images, rows: [row], inner })).tensors;
    const pairs = pairsOf(graft);
    let worst = 0;
    for (const [a, b] of pairs) {
      const row = (first: number, last: number) =>
        graft.labels.map((_, at) => (at === a ? first : at === b ? last : 0));
      const [first, last] = [await prompts(row(1, 0)), await prompts(row(0, 1))];
      const mixed = await prompts(row(...weights));
      for (const [adapter, own] of ownLabels(graft).entries()) {
        const [x, y] = [own.includes(a) ? weights[0] : 0, own.includes(b) ? weights[1] : 0];
        if (x + y === 0) continue;
        for (const { degradationPrompt: name } of moduleValues(graft, adapter)) {
          const [p, q, got] = [first, last, mixed].map((tensors) => toFloat32(tensors[name]!));
          const wanted = p!.data.map((value, i) => (x * value + y * q!.data[i]!) / (x + y));
          const { maxAbs, peak } = difference(got!, { data: wanted });
          worst = Math.max(worst, maxAbs === 0 ? 0 : maxAbs / peak);
        }
      }
    }
    const told = pairs.map(
      ([a, b]) => `${weights[0]} ${graft.labels[a]} + ${weights[1]} ${graft.labels[b]}`,
    );
    return atMost(
      worst,
      subject.tolerances.mixture,
      `Largest relative difference over ${inner.length} levels between the degradation-aware prompt at ${told.join(' and at ')} and the labels' own prompts mixed in these shares.`,
    );
  },
};

/** First and last label of each adapter, and the first labels of each two consecutive adapters. */
function pairsOf(graft: GraftRecord): [number, number][] {
  const own = ownLabels(graft);
  const within = own
    .filter((labels) => labels.length > 1)
    .map((labels): [number, number] => [labels[0]!, labels.at(-1)!]);
  const between = own
    .slice(1)
    .map((labels, index): [number, number] => [own[index]![0]!, labels[0]!]);
  return [...within, ...between];
}

/** Indices of each adapter's labels in the list of all labels. */
function ownLabels({ adapters, labels }: GraftRecord): number[][] {
  return adapters.map((adapter) => adapter.labels.map((label) => labels.indexOf(label)));
}
