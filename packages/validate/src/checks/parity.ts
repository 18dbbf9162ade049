import {
  compareImages,
  judgeParity,
  type ParityRow,
  share,
  withinLimit,
} from '../compare/compare-images.ts';
import { fitted, noise } from '../subject/images.ts';
import type { Check, Side, Subject } from '../subject/subject.ts';
import { figure, type Parity } from '../verdict.ts';

/** Seed of the noise image, and of those that only run for values that a top-m choice left undecided. */
const [seed, ...more] = [4, 5, 6, 7, 8] as const;

/**
 * Compares the device, optimised for serving, with the CPU running the graph as written: the outputs
 * of host and graft, and the inner values of the graft that a closed gate would hide. CUDA runs with
 * TF32, its default, and without, each with its own limit.
 *
 * Rounding can change what top-m attention chooses. After a different choice a value may exceed its
 * limit, as long as the scores are within theirs and the value is within its limit on another image.
 */
export const parity: Check = {
  name: 'parity with the CPU',
  async run(subject) {
    const rows: ParityRow[] = [];
    for (const side of ['host', 'grafted'] as const) {
      for (const precision of precisions(subject)) {
        rows.push(...(await compare(subject, side, precision)));
      }
    }
    const { judged, excused } = judgeParity(rows);
    const worst = judged.reduce((a, b) => (share(b) > share(a) ? b : a));
    const failed = judged.filter((row) => !withinLimit(row));
    const beyond = failed.length === 0 ? '' : ` Over the limit: ${several(failed)}.`;
    const jumped =
      excused.length === 0
        ? ''
        : ` Excused on one image, where nearly equal scores led to a different top-m choice: ${several(excused)}; within the limit on another image.`;
    return {
      status: failed.length === 0 ? 'passed' : 'failed',
      measured: figure(worst.relative),
      limit: worst.limit,
      detail: `Largest difference between ${subject.device}, optimised, and CPU, as written, relative to the tensor's largest value; of ${judged.length} tensors, closest to its limit: ${words(worst)}.${beyond}${jumped}`,
      figures: { parity: judged.map(({ otherwise: _, ...row }) => row) },
    };
  },
};

function several(rows: readonly Parity[]): string {
  return rows.slice(0, 4).map(words).join('; ');
}

function words({ side, output, precision, relative, worst }: Parity): string {
  return `${side} ${output} in ${precision}, ${relative.toExponential(1)} at [${worst.join(', ')}]`;
}

function precisions({ device, computes }: Subject): readonly Parity['precision'][] {
  if (computes === 'float16') return ['float16'];
  return device === 'cuda' ? ['float32', 'tf32'] : ['float32'];
}

async function compare(
  subject: Subject,
  side: Side,
  precision: Parity['precision'],
): Promise<ParityRow[]> {
  const size = subject.sizes[0]!;
  const images = [fitted(subject.image, size), noise(size, seed)];
  const rows = await compareImages(subject, side, precision, images);
  for (const next of more) {
    // Different choices on every image so far: neither within the limit nor over it for another reason.
    const open = judgeParity(rows).judged.some((row) => !withinLimit(row) && row.otherwise);
    if (!open) break;
    rows.push(...(await compareImages(subject, side, precision, [noise(size, next)])));
  }
  return rows;
}
