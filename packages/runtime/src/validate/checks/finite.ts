import { countNonFinite } from '../../metrics/count-non-finite.ts';
import { fitted, flat, noise } from '../pictures.ts';
import type { Check } from '../subject.ts';
import { atMost } from '../verdict.ts';

/**
 * No NaN and no infinity on easy and hard pictures, in the output and inside
 * every branch: behind a closed gate an infinity would show only as NaN, and at
 * strength 0 it would spoil the host.
 */
export const finite: Check = {
  name: 'finite numbers',
  async run(subject) {
    const { graft } = subject;
    const size = subject.sizes[0]!;
    const pictures = {
      'a photo': fitted(subject.photo, size),
      'flat black': flat(size, 0),
      'flat white': flat(size, 1),
      noise: noise(size, 3),
    };
    const inner = graft.sites.flatMap(({ values }) => [values.universalPrompt, values.modulated]);
    let bad = 0;
    const places = new Set<string>();
    let turn = 0;
    for (const [name, image] of Object.entries(pictures)) {
      const uniform = graft.labels.map(() => 1 / graft.labels.length);
      const one = graft.labels.map((_, i) => (i === turn % graft.labels.length ? 1 : 0));
      turn++;
      for (const row of graft.inputs === null ? [undefined] : [uniform, one]) {
        const rows = row === undefined ? {} : { rows: [row] };
        const { output, tensors } = await subject.run('grafted', {
          images: [image],
          inner,
          ...rows,
        });
        for (const [place, tensor] of [
          ['the output', output],
          ...inner.map((v) => [v, tensors[v]!]),
        ] as const) {
          const count = countNonFinite(tensor as typeof output);
          bad += count;
          if (count > 0) places.add(`${String(place)} on ${name}`);
        }
      }
    }
    const where = places.size === 0 ? '' : ` Found in ${[...places].slice(0, 4).join('; ')}.`;
    return atMost(
      bad,
      0,
      `NaN and infinite values in the output and in ${inner.length} inner values, on ${Object.keys(pictures).join(', ')}.${where}`,
    );
  },
};
