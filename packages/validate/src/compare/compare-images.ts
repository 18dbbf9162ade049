import { gap, type Image } from '@pip-graft/imaging';
import type { Model } from '@pip-graft/onnx-graft';
import { type GraftRecord, topmCounts } from '@pip-graft/pip-core';
import { type TypedTensorOf, toFloat32 } from '@pip-graft/weights';
import { moduleValues, type Side, type Subject } from '../subject/subject.ts';
import type { Precision, Trial, TrialResult } from '../subject/trial.ts';
import type { Parity } from '../verdict.ts';

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

/**
 * Whether top-m attention selects different entries for two sets of scores: where two scores are
 * nearly equal, the smallest rounding changes the choice.
 *
 * @param a float32 scores (…, k), as is `b`
 */
export function chosenOtherwise(a: TypedTensorOf<'float32'>, b: TypedTensorOf<'float32'>): boolean {
  const k = a.dims.at(-1)!;
  const counts = topmCounts(k).filter((count) => count > 0);
  for (let start = 0; start < a.data.length; start += k) {
    const [first, second] = [a, b].map(({ data }) => data.subarray(start, start + k));
    const [x, y] = [first!, second!].map((row) => row.slice().sort((p, q) => q - p));
    for (const count of counts)
      if (first!.some((score, at) => score >= x![count - 1]! !== second![at]! >= y![count - 1]!))
        return true;
  }
  return false;
}

/**
 * The scores that modules choose by (the inputs of their TopK nodes), keyed by the resulting modulated
 * feature. Empty for modes without a choice.
 */
export function choiceScores(
  { graph }: Model,
  graft: Pick<GraftRecord, 'sites'>,
): ReadonlyMap<string, string> {
  const makers = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node])));
  const scores = new Map<string, string>();
  for (const { universalPrompt, modulated } of moduleValues(graft)) {
    const seen = new Set([universalPrompt, ...graft.sites.map(({ value }) => value)]);
    const open = [modulated];
    for (let name = open.pop(); name !== undefined; name = open.pop()) {
      if (seen.has(name)) continue;
      seen.add(name);
      const node = makers.get(name);
      if (node?.opType === 'TopK') scores.set(modulated, node.inputs[0]!);
      open.push(...(node?.inputs ?? []));
    }
  }
  return scores;
}

/** A value on one image. */
export interface ParityRow extends Parity {
  /** Whether a top-m choice behind the value differs from the CPU's. */
  readonly otherwise: boolean;
}

/** The judgement of the rows of several images. */
interface ParityJudgement {
  /** The worst row of each value among those that count. */
  readonly judged: readonly ParityRow[];
  /** Rows over their limit that do not count: a choice differed, and another image is within the limit. */
  readonly excused: readonly ParityRow[];
}

/**
 * Judges each value over several images: over its limit it fails, unless a top-m choice differed there
 * and the value is within its limit on another image.
 */
export function judgeParity(rows: readonly ParityRow[]): ParityJudgement {
  const groups = new Map<string, ParityRow[]>();
  for (const row of rows) {
    const key = [row.side, row.output, row.precision].join(' ');
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  const judged = [...groups.values()].map((group) => {
    const held = group.some(withinLimit);
    const counted = group.filter((row) => withinLimit(row) || !(row.otherwise && held));
    return counted.reduce((a, b) => (share(b) > share(a) ? b : a));
  });
  return { judged, excused: rows.filter((row) => !withinLimit(row) && !judged.includes(row)) };
}

export function withinLimit({ relative, limit }: Parity): boolean {
  return relative <= limit;
}

/** Share of the limit that a row uses; infinity for NaN. */
export function share({ relative, limit }: Parity): number {
  return Number.isNaN(relative) ? Number.POSITIVE_INFINITY : relative / limit;
}
