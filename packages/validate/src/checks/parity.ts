import { compareImage } from '../compare/compare-image.ts';
import { judgeParity, type ParityRow, share, withinLimit } from '../compare/judge-parity.ts';
import type { Parity } from '../figures.ts';
import { fitted, noise } from '../subject/images.ts';
import type { Check, Side, Subject } from '../subject/subject.ts';
import { figure } from '../verdict.ts';

/** Images of noise, by seed; all but the first only for values that choices have kept from being judged. */
const seeds = [4, 5, 6, 7, 8] as const;

/**
 * What the device computes, optimised as it is served, is what the CPU computes from the graph
 * as written: the output of host and graft, and inside the graft what a closed gate would hide.
 * On CUDA with TF32, its default, and without, each against its own limit.
 *
 * Top-m attention chooses by comparing, so that rounding can make it jump. Where a choice fell
 * otherwise a value may be beyond its limit; but the scores have to be within theirs, and the value
 * itself on another image.
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
    const beyond = failed.length === 0 ? '' : ` Beyond it: ${several(failed)}.`;
    const jumped =
      excused.length === 0
        ? ''
        : ` Not judged on one image, where a top-m choice between scores as good as equal fell otherwise: ${several(excused)}; on another within its limit.`;
    return {
      status: failed.length === 0 ? 'passed' : 'failed',
      measured: figure(worst.relative),
      limit: worst.limit,
      detail: `Largest difference, relative to the tensor's largest value, of ${subject.device} as served from the CPU as written; the one nearest its limit of ${judged.length}: ${words(worst)}.${beyond}${jumped}`,
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
  const rows = await compareImage(subject, side, precision, fitted(subject.image, size));
  for (const [index, seed] of seeds.entries()) {
    // Jumped on every image so far: neither within its limit nor beyond it for another reason.
    const open = judgeParity(rows).judged.some((row) => !withinLimit(row) && row.otherwise);
    if (index === 0 || open)
      rows.push(...(await compareImage(subject, side, precision, noise(size, seed))));
  }
  return rows;
}
