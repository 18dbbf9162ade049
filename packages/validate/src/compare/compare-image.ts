import { gap, type Image } from '@pip-graft/imaging';
import { toFloat32 } from '@pip-graft/weights';
import type { Parity } from '../figures.ts';
import { moduleValues, type Precision, type Side, type Subject } from '../subject/subject.ts';
import { choiceScores } from './choice-scores.ts';
import { chosenOtherwise } from './chosen-otherwise.ts';
import type { ParityRow } from './judge-parity.ts';

/** Runs one image optimised on the device and as written on the CPU: one row for the output and each inner value. */
export async function compareImage(
  subject: Subject,
  side: Side,
  precision: Parity['precision'],
  image: Image,
): Promise<ParityRow[]> {
  const { graft, grafted, output, device } = subject;
  const choices = side === 'host' ? new Map() : choiceScores(grafted, graft);
  const scores = [...new Set(choices.values())];
  const inner =
    side === 'host'
      ? []
      : moduleValues(graft).flatMap((values) => [values.universalPrompt, values.modulated]);
  const on: Precision = precision === 'float32' ? 'float32' : 'tf32';
  const images = [image];
  const reference = { level: 'disabled', device: 'cpu' } as const;
  const served = { level: 'all', device, precision: on } as const;
  const all = [...inner, ...scores];
  const wanted = await subject.run(side, { images, kind: reference, inner: all });
  // Inner values prevent fusion, so the output as served comes from a separate run.
  const got = await subject.run(side, { images, kind: served });
  const inside =
    all.length === 0 ? got : await subject.run(side, { images, kind: served, inner: all });
  const limit = subject.tolerances.parity[precision];
  const pair = (name: string) =>
    [(name === output ? got : inside).tensors[name]!, wanted.tensors[name]!].map(toFloat32);
  const jumped = new Set(
    scores.filter((name) => {
      const [a, b] = pair(name);
      return chosenOtherwise(a!, b!);
    }),
  );
  return [output, ...all].map((name) => {
    const [a, b] = pair(name);
    const otherwise = name === output ? jumped.size > 0 : jumped.has(choices.get(name));
    return { side, output: name, precision, limit, otherwise, ...gap(a!, b!) };
  });
}
