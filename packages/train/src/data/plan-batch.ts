import { own } from '@pip-graft/onnx-graft';
import { Random } from '@pip-graft/weights';
import { type BatchOptions, type KindShares, kindShares, pairsOf } from './batch.ts';
import { choosePatch, type PatchPlace, sampleRandom } from './cut-patch.ts';

/**
 * Assigns the samples of a batch to workers.
 *
 * By photo if there are many, so that only one worker decodes and keeps a photo. In turn if there
 * are few photos, so that no worker is idle.
 */
export function shareSamples(
  plans: readonly SamplePlan[],
  workers: number,
  photos: number,
): number[][] {
  const shares = Array.from({ length: workers }, (): number[] => []);
  const byPhoto = photos >= 8 * workers;
  for (const [index, { target }] of plans.entries()) {
    shares[(byPhoto ? hash(target) : index) % workers]!.push(index);
  }
  return shares;
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let word = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) {
    word = Math.imul(word ^ text.charCodeAt(at), 0x01000193);
  }
  return word >>> 0;
}

/** What one patch of a batch will be; planning opens no photo. */
export interface SamplePlan extends SampleKind {
  /** Index of the label. */
  readonly label: number;
  /** Index of the other label of a mixed patch. */
  readonly second?: number;
  /** The clean photo. */
  readonly target: string;
  /** The degraded image of the pair; undefined if it is made from the photo. */
  readonly input?: string;
  readonly place: PatchPlace;
}

/** Plans the patches of a step's batch, from the options alone. */
export function planBatch(options: BatchOptions, step: number): SamplePlan[] {
  const { photos, batch, labels, seed, pairs, labelShares = {}, examples = {} } = options;
  const pool = labels.flatMap((label, at) => Array<number>(own(labelShares, label) ?? 1).fill(at));
  const made = labels.flatMap((label, at) => (pairsOf(pairs, label) === undefined ? [at] : []));
  const shares = kindShares(options);
  const shuffles = new Map<number, number[]>();
  return Array.from({ length: batch }, (_, index): SamplePlan => {
    const sample = step * batch + index;
    const block = Math.floor(sample / pool.length);
    const order = shuffles.get(block) ?? shuffledLabels(pool, seed, block);
    shuffles.set(block, order);
    const label = order[sample % pool.length]!;
    const random = sampleRandom(seed, step, index).fork('kind');
    const drawn = drawKind(shares, random);
    const known = pairsOf(pairs, labels[label]!);
    const shown = own(examples, labels[label]!);
    if (drawn.kind === 'degraded' && shown !== undefined && random.fork('example').below(2) === 0) {
      const { source, place } = choosePatch(shown.length, seed, step, index);
      return { kind: 'example', amount: 1, label, target: shown[source]!, place };
    }
    const { source, place } = choosePatch((known ?? photos).length, seed, step, index);
    if (known !== undefined) {
      const kind = drawn.kind === 'mixed' ? 'degraded' : drawn.kind;
      return { ...drawn, kind, label, ...known[source]!, place };
    }
    const plan = { ...drawn, label, target: photos[source]!, place };
    if (drawn.kind !== 'mixed') return plan;
    const others = made.filter((other) => other !== label);
    return { ...plan, second: others[random.below(others.length)]! };
  });
}

/** Returns the labels of a patch with their weights; weight 0 for a patch to leave alone. */
export function weightsOf({
  label,
  second,
  amount,
}: SamplePlan): [label: number, weight: number][] {
  if (second === undefined) return [[label, amount]];
  return [
    [label, amount / 2],
    [second, amount / 2],
  ];
}

/** Returns the labels in random order (Fisher and Yates), each as often as its share. */
function shuffledLabels(pool: readonly number[], seed: number | string, block: number): number[] {
  const random = new Random(seed).fork('labels').fork(String(block));
  const order = [...pool];
  for (let last = order.length - 1; last > 0; last--) {
    const other = random.below(last + 1);
    [order[last], order[other]] = [order[other]!, order[last]!];
  }
  return order;
}

/** What is done to a patch, and how much of its degradation to remove. */
interface SampleKind {
  /**
   * Flat patches have one colour, degraded or not; clean patches are their own target, and so are
   * examples, whose photos are degraded already.
   */
  readonly kind: 'degraded' | 'mixed' | 'clean' | 'flat' | 'example';
  /** Sum of its weights: 0 to 1. */
  readonly amount: number;
}

/** Draws the kind of a sample, by the shares. */
function drawKind(shares: KindShares, random: Random): SampleKind {
  const { clean, flat, off, partial, mixed } = shares;
  const [at, which] = [random.uniform(), random.uniform()];
  const left = clean + flat;
  if (at < left) return { kind: at < clean ? 'clean' : 'flat', amount: 1 };
  if (at < left + off) return { kind: which < 0.5 ? 'clean' : 'degraded', amount: 0 };
  if (at < left + off + partial) return { kind: 'degraded', amount: 0.1 + 0.8 * which };
  if (at < left + off + partial + mixed) return { kind: 'mixed', amount: 1 };
  return { kind: 'degraded', amount: 1 };
}
