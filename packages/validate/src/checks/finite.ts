import { countNonFinite, type Image } from '@pip-graft/imaging';
import { oneHot } from '@pip-graft/pip-core';
import { fitted, flat, noise } from '../subject/images.ts';
import { type Check, moduleValues, type Subject } from '../subject/subject.ts';
import { atMost } from '../verdict.ts';

/**
 * Checks for NaN and infinity on easy and hard images, in the output and inside every branch: behind
 * a closed gate, infinity surfaces only as NaN, and at strength 0 it would corrupt the host's output.
 */
export const finite: Check = {
  name: 'finite numbers',
  async run(subject) {
    const { graft } = subject;
    const inner = moduleValues(graft).flatMap((values) => [
      values.universalPrompt,
      values.modulated,
    ]);
    const cases = hardImages(subject);
    const places = new Set<string>();
    const spoiltHost: string[] = [];
    let bad = 0;
    for (const [turn, [name, image]] of cases.entries()) {
      // `inner` selects the session that other checks already use.
      const host = await subject.run('host', { images: [image], inner: [] });
      if (countNonFinite(host.output) > 0) spoiltHost.push(name);
      for (const settings of settingsOf(subject, turn)) {
        const trial = { images: [image], inner, ...settings };
        const { output, tensors } = await subject.run('grafted', trial);
        const seen = [
          ['the output', output] as const,
          ...inner.map((v) => [v, tensors[v]!] as const),
        ];
        for (const [place, tensor] of seen) {
          const count = countNonFinite(tensor);
          bad += count;
          if (count > 0) places.add(`${place} on ${name}`);
        }
      }
    }
    const where = places.size === 0 ? '' : ` Found in ${[...places].slice(0, 4).join('; ')}.`;
    const already =
      spoiltHost.length === 0 ? '' : ` The host alone produces them on ${spoiltHost.join(', ')}.`;
    return atMost(
      bad,
      0,
      `Number of NaN and infinite elements in the output and ${inner.length} inner values, on ${cases.map(([name]) => name).join(', ')}.${where}${already}`,
    );
  },
};

function hardImages({ image, sizes, flatSize }: Subject): [string, Image][] {
  const size = sizes[0]!;
  return [
    ['a natural image', fitted(image, size)],
    ['noise', noise(size, 3)],
    ['flat black', flat(flatSize, 0)],
    ['flat white', flat(flatSize, 1)],
  ];
}

/** Equal weights for all labels, and a single label that changes from image to image. */
function settingsOf({ graft }: Subject, turn: number): { rows?: number[][] }[] {
  if (graft.inputs === null) return [{}];
  const count = graft.labels.length;
  const uniform = graft.labels.map(() => 1 / count);
  return [{ rows: [uniform] }, { rows: [oneHot(count, turn % count)] }];
}
