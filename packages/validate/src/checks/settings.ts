import type { Image } from '@pip-graft/imaging';
import { countNonFinite, difference } from '@pip-graft/imaging';
import { oneHot } from '@pip-graft/pip-core';
import type { TypedTensor } from '@pip-graft/weights';
import { toFloat32 } from '@pip-graft/weights';
import { fitted, flat } from '../subject/images.ts';
import type { Check, Subject } from '../subject/subject.ts';
import { atMost, skipped } from '../verdict.ts';

/**
 * Checks all labels, mixtures of labels and strengths from 0 to above 1 on natural, flat dark and
 * flat bright images: the output is finite and, at strength 0, equals the host's for every label.
 */
export const settings: Check = {
  name: 'labels and strengths',
  async run(subject) {
    if (subject.graft.inputs === null) return skipped('The degradation is baked in.');
    const wrong: string[] = [];
    const cases = imagesOf(subject);
    const rows = rowsOf(subject);
    const strengths = subject.sweep ? [0, 0.25, 0.5, 1, 1.5] : [0, 1];
    const total = cases.length * rows.length * strengths.length;
    let tried = 0;
    for (const [name, image] of cases) {
      const images = [image];
      const host = (await subject.run('host', { images })).output;
      for (const [label, row] of rows) {
        for (const strength of strengths) {
          subject.onStep?.(tried++, total);
          const { output } = await subject.run('grafted', { images, rows: [row], strength });
          const fault = faultOf(subject, output, strength === 0 ? host : undefined, host);
          if (fault !== undefined) wrong.push(`${label} at ${strength} on ${name} ${fault}`);
        }
      }
    }
    const found = wrong.length === 0 ? '' : ` Wrong: ${wrong.slice(0, 4).join('; ')}.`;
    return atMost(
      wrong.length,
      0,
      `Settings of ${total} that give NaN or infinity, or differ from the host at strength 0: ${rows.map(([label]) => label).join(', ')}; strength ${strengths.join(', ')}; on ${cases.map(([name]) => name).join(', ')}.${found}`,
    );
  },
};

function imagesOf({ image, sizes, flatSize }: Subject): [string, Image][] {
  return [
    ['a natural image', fitted(image, sizes[0]!)],
    ['a flat dark image', flat(flatSize, 0.02)],
    ['a flat bright image', flat(flatSize, 0.98)],
  ];
}

function rowsOf({ graft, sweep }: Subject): [string, number[]][] {
  const { labels } = graft;
  const alone = labels.map((label, at): [string, number[]] => [label, oneHot(labels.length, at)]);
  const mixed = labels.flatMap((a, i) =>
    labels
      .slice(i + 1)
      .map((b, j): [string, number[]] => [
        `${a}+${b}`,
        labels.map((_, index) => (index === i || index === i + 1 + j ? 0.5 : 0)),
      ]),
  );
  const all: [string, number[]] = ['equal weights', labels.map(() => 1 / labels.length)];
  return [...alone, ...(sweep ? mixed : mixed.slice(0, 1)), all];
}

/** @param neutral the host's output, if the graft must give the same */
function faultOf(
  { tolerances }: Subject,
  output: TypedTensor,
  neutral: TypedTensor | undefined,
  host: TypedTensor,
): string | undefined {
  if (countNonFinite(output) > countNonFinite(host)) return 'has NaN or infinity';
  if (neutral === undefined) return undefined;
  const { maxAbs, peak } = difference(toFloat32(output), toFloat32(neutral));
  const same = maxAbs === 0 || maxAbs / peak <= tolerances.neutralBasic;
  return same ? undefined : `differs from the host by ${maxAbs.toExponential(1)}`;
}
