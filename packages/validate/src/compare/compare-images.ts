import { gap, type Image } from '@pip-graft/imaging';
import { toFloat32 } from '@pip-graft/weights';
import type { Parity } from '../figures.ts';
import { moduleValues, type Precision, type Side, type Subject } from '../subject/subject.ts';
import type { Trial, TrialResult } from '../trial.ts';
import { choiceScores } from './choice-scores.ts';
import { chosenOtherwise } from './chosen-otherwise.ts';
import type { ParityRow } from './judge-parity.ts';

/**
 * Runs images optimised on the device and as written on the CPU: for each image, one row for the output
 * and each inner value. Each kind of session runs all images in a row, so that it is opened once.
 */
export async function compareImages(
  subject: Subject,
  side: Side,
  precision: Parity['precision'],
  images: readonly Image[],
): Promise<ParityRow[]> {
  const { graft, grafted, output, device } = subject;
  const choices = side === 'host' ? new Map() : choiceScores(grafted, graft);
  const scores = [...new Set(choices.values())];
  const modules = side === 'host' ? [] : moduleValues(graft);
  const inner = modules.flatMap((values) => [values.universalPrompt, values.modulated]);
  const on: Precision = precision === 'float32' ? 'float32' : 'tf32';
  const all = [...inner, ...scores];
  const inside = all.length === 0 ? {} : { inner: all };
  const run = async (trial: Omit<Trial, 'images'>): Promise<TrialResult[]> => {
    const results: TrialResult[] = [];
    for (const image of images)
      results.push(await subject.run(side, { images: [image], ...trial }));
    return results;
  };
  const served = { kind: { level: 'all', device, precision: on } } as const;
  // Inner values prevent fusion, so the output as served comes from a separate run.
  const got = await run(served);
  const within = all.length === 0 ? got : await run({ ...served, ...inside });
  const wanted = await run({ kind: { level: 'disabled', device: 'cpu' }, ...inside });
  const limit = subject.tolerances.parity[precision];
  return images.flatMap((_, at) => {
    const pair = (name: string) =>
      [(name === output ? got : within)[at]!.tensors[name]!, wanted[at]!.tensors[name]!].map(
        toFloat32,
      );
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
  });
}
