import { difference } from '@pip-graft/imaging';
import { oneHot } from '@pip-graft/pip-core';
import { type TypedTensor, toFloat32 } from '@pip-graft/weights';
import { fitted } from '../subject/images.ts';
import { type Check, moduleValues, type Subject } from '../subject/subject.ts';
import type { TrialResult } from '../subject/trial.ts';
import { figure, type Outcome, skipped } from '../verdict.ts';

/** Checks that any two labels give different outputs or, behind a closed gate, different universal prompts. */
export const labels: Check = {
  name: 'labels steer',
  async run(subject) {
    const { graft } = subject;
    if (graft.inputs === null) return skipped('The degradation is baked in.');
    if (graft.labels.length < 2) return skipped('The graft has one label.');
    const inner = moduleValues(graft).map((values) => values.universalPrompt);
    const images = [fitted(subject.image, subject.sizes[0]!)];
    const runs: TrialResult[] = [];
    for (const label of graft.labels.keys()) {
      runs.push(
        await subject.run('grafted', { images, rows: [oneHot(graft.labels.length, label)], inner }),
      );
    }
    const outputs = runs.map((run) => run.output);
    const output = nearestPair(outputs, () => true);
    if (output.distance > 0) return verdict(subject, output, 'output');
    const closed = closedLabels(subject);
    const open = nearestPair(outputs, (a, b) => !(closed[a] && closed[b]));
    // A module distinguishes its own labels from each other and from all other labels.
    const prompts = graft.adapters.flatMap((_, adapter) =>
      moduleValues(graft, adapter).map(({ universalPrompt }) =>
        nearestPair(
          runs.map((run) => run.tensors[universalPrompt]!),
          (a, b) => [a, b].some((label) => adapterOf(subject, label) === adapter),
        ),
      ),
    );
    const closest = prompts.reduce((a, b) =>
      Number.isNaN(a.distance) || a.distance <= b.distance ? a : b,
    );
    return verdict(
      subject,
      closest,
      'universal restoration prompt (the output does not depend on the label: the gate is closed)',
      open.distance > 0,
    );
  },
};

interface Pair {
  readonly distance: number;
  readonly pair: readonly [number, number];
}

function verdict({ graft }: Subject, near: Pair, where: string, allowed = true): Outcome {
  const [a, b] = near.pair.map((index) => graft.labels[index]);
  return {
    status: near.distance > 0 && allowed ? 'passed' : 'failed',
    measured: figure(near.distance),
    limit: '> 0',
    detail: `Largest difference in the ${where} between the two most similar labels, ${a} and ${b}.`,
  };
}

/** The two tensors whose largest difference is smallest. */
function nearestPair(
  tensors: readonly TypedTensor[],
  counts: (a: number, b: number) => boolean,
): Pair {
  let near: Pair = { distance: Number.POSITIVE_INFINITY, pair: [0, 0] };
  for (const [i, a] of tensors.entries()) {
    for (const [j, b] of tensors.slice(0, i).entries()) {
      if (!counts(j, i)) continue;
      const distance = difference(toFloat32(a), toFloat32(b)).maxAbs;
      // NaN is not a difference between labels: report it.
      if (Number.isNaN(distance)) return { distance, pair: [j, i] };
      if (distance < near.distance) near = { distance, pair: [j, i] };
    }
  }
  return near;
}

/** Index of the adapter that owns a label. */
function adapterOf({ graft }: Subject, label: number): number {
  return graft.adapters.findIndex(({ labels }) => labels.includes(graft.labels[label]!));
}

/** For each label, whether its adapter's gates are closed, as they are before training. */
function closedLabels({ graft }: Subject): boolean[] {
  return graft.adapters.flatMap(({ labels: own, attach, trained }) =>
    own.map(() => attach === 'residual' && !trained),
  );
}
