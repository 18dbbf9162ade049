import { difference } from '../../metrics/difference.ts';
import { toFloat32 } from '../../session/to-float32.ts';
import type { TypedTensor } from '../../session/typed-tensor.ts';
import { fitted } from '../pictures.ts';
import type { Check, Subject } from '../subject.ts';
import type { TrialResult } from '../trial.ts';
import { figure, type Outcome, skipped } from '../verdict.ts';

/** Every two labels give different outputs; behind a closed gate, different universal prompts. */
export const labels: Check = {
  name: 'labels steer',
  async run(subject) {
    const { graft } = subject;
    if (graft.inputs === null) return skipped('The degradation is baked in.');
    if (graft.labels.length < 2) return skipped('The adapter has one label.');
    const inner = graft.sites.map((site) => site.values.universalPrompt);
    const images = [fitted(subject.photo, subject.sizes[0]!)];
    const runs: TrialResult[] = [];
    for (const label of graft.labels.keys()) {
      runs.push(await subject.run('grafted', { images, rows: [oneHot(subject, label)], inner }));
    }
    const output = nearestPair(runs.map((run) => run.output));
    if (output.distance > 0) return verdict(subject, output, 'output');
    const prompts = inner.map((name) => nearestPair(runs.map((run) => run.tensors[name]!)));
    const closest = prompts.reduce((a, b) =>
      Number.isNaN(a.distance) || a.distance <= b.distance ? a : b,
    );
    return verdict(
      subject,
      closest,
      'universal restoration prompt (the output does not depend on the label: the gate is closed)',
      graft.attach === 'residual' && !graft.adapter.trained,
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
    detail: `Largest difference that the label makes in the ${where}, for the two labels that are closest: ${a} and ${b}.`,
  };
}

/** The two of several tensors that differ least, by their largest difference. */
function nearestPair(tensors: readonly TypedTensor[]): Pair {
  let near: Pair = { distance: Number.POSITIVE_INFINITY, pair: [0, 0] };
  for (const [i, a] of tensors.entries()) {
    for (const [j, b] of tensors.slice(0, i).entries()) {
      const distance = difference(toFloat32(a), toFloat32(b)).maxAbs;
      // NaN is no difference that a label made, and stays found.
      if (Number.isNaN(distance)) return { distance, pair: [j, i] };
      if (distance < near.distance) near = { distance, pair: [j, i] };
    }
  }
  return near;
}

function oneHot({ graft }: Subject, label: number): number[] {
  return graft.labels.map((_, index) => (index === label ? 1 : 0));
}
