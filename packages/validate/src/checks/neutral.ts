import { difference } from '@pip-graft/imaging';
import type { OptimisationLevel } from '@pip-graft/runtime';
import { toFloat32 } from '@pip-graft/weights';
import { fitted, noise } from '../subject/images.ts';
import type { Check, Subject } from '../subject/subject.ts';
import type { Trial } from '../subject/trial.ts';
import { atMost, type Outcome, skipped } from '../verdict.ts';

/** Checks that strength 0 gives the host's output when the graph runs as written. */
export const neutralBasic: Check = {
  name: 'strength 0, as written',
  run: (subject) => neutral(subject, 'basic', subject.tolerances.neutralBasic),
};

/** Checks that strength 0 gives the host's output when the graph is optimised for serving. */
export const neutralAll: Check = {
  name: 'strength 0, optimised',
  run: (subject) => neutral(subject, 'all', subject.tolerances.neutral),
};

/** Checks that an untrained residual adapter changes nothing at full strength. */
export const untrainedIdentity: Check = {
  name: 'untrained is neutral',
  async run(subject) {
    const { adapters } = subject.graft;
    if (adapters.some(({ attach }) => attach !== 'residual')) {
      return skipped(
        'The adapter replaces the skip feature, so it changes the output even untrained.',
      );
    }
    if (adapters.some(({ trained }) => trained))
      return skipped('The adapter is trained, so it changes the output.');
    return compare(subject, 'basic', {}, subject.tolerances.neutralBasic);
  },
};

function neutral(subject: Subject, level: OptimisationLevel, limit: number): Promise<Outcome> {
  if (subject.graft.inputs === null) {
    return Promise.resolve(skipped('The strength is baked in, so there is no neutral setting.'));
  }
  return compare(subject, level, { strength: 0 }, limit);
}

/** Largest difference from the host over two images, relative to the host's largest value. */
async function compare(
  subject: Subject,
  level: OptimisationLevel,
  settings: Pick<Trial, 'strength'>,
  limit: number,
): Promise<Outcome> {
  const size = subject.sizes[0]!;
  let worst = 0;
  for (const image of [fitted(subject.image, size), noise(size, 1)]) {
    const trial = { images: [image], kind: { level } };
    const host = await subject.run('host', trial);
    const grafted = await subject.run('grafted', { ...trial, ...settings });
    const { maxAbs, peak } = difference(toFloat32(grafted.output), toFloat32(host.output));
    const relative = maxAbs === 0 ? 0 : maxAbs / peak;
    worst = Number.isNaN(relative) ? relative : Math.max(worst, relative);
    if (Number.isNaN(worst)) break;
  }
  return atMost(
    worst,
    limit,
    `Largest difference from the host's output, relative to its largest value, at optimisation level ${level}, on a natural image and on noise.`,
  );
}
