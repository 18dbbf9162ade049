import { gap } from '../../metrics/gap.ts';
import { toFloat32 } from '../../session/to-float32.ts';
import type { Parity } from '../figures.ts';
import { moduleValues } from '../module-values.ts';
import { fitted, noise } from '../pictures.ts';
import type { Check, Precision, Side, Subject } from '../subject.ts';
import type { TrialResult } from '../trial.ts';
import { figure } from '../verdict.ts';

/**
 * What the device computes, optimised as it is served, is what the CPU computes from the graph
 * as written: the output of host and graft, and inside the graft what a closed gate would hide.
 * On CUDA with TF32, its default, and without, each against its own limit.
 */
export const parity: Check = {
  name: 'parity with the CPU',
  async run(subject) {
    const rows: Parity[] = [];
    for (const side of ['host', 'grafted'] as const) {
      for (const precision of precisions(subject)) {
        rows.push(...(await compare(subject, side, precision)));
      }
    }
    const worst = rows.reduce((a, b) => (share(b) > share(a) ? b : a));
    const failed = rows.filter((row) => !(row.relative <= row.limit));
    const which =
      failed.length === 0 ? '' : ` Beyond it: ${failed.slice(0, 4).map(words).join('; ')}.`;
    return {
      status: failed.length === 0 ? 'passed' : 'failed',
      measured: figure(worst.relative),
      limit: worst.limit,
      detail: `Largest difference, relative to the tensor's largest value, of ${subject.device} as served from the CPU as written; the one nearest its limit of ${rows.length}: ${words(worst)}.${which}`,
      figures: { parity: rows },
    };
  },
};

/** How much of its limit a row uses; NaN is all of it and more. */
function share({ relative, limit }: Parity): number {
  return Number.isNaN(relative) ? Number.POSITIVE_INFINITY : relative / limit;
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
): Promise<Parity[]> {
  const { graft, sizes, photo, output, device } = subject;
  const inner =
    side === 'host'
      ? []
      : moduleValues(graft).flatMap((values) => [values.universalPrompt, values.modulated]);
  const on: Precision = precision === 'float32' ? 'float32' : 'tf32';
  const size = sizes[0]!;
  const worst = new Map<string, Parity>();
  for (const image of [fitted(photo, size), noise(size, 4)]) {
    const images = [image];
    const reference = { level: 'disabled', device: 'cpu' } as const;
    const served = { level: 'all', device, precision: on } as const;
    const [wanted, got] = [
      await subject.run(side, { images, kind: reference, inner }),
      // The output as it is served; inner values change what can be fused, so they come apart.
      await subject.run(side, { images, kind: served }),
    ];
    const inside =
      inner.length === 0 ? got : await subject.run(side, { images, kind: served, inner });
    for (const name of [output, ...inner]) {
      const row = rowOf(name, name === output ? got : inside, wanted);
      const limit = subject.tolerances.parity[precision];
      const parityRow: Parity = { side, output: name, precision, limit, ...row };
      const before = worst.get(name);
      if (before === undefined || share(parityRow) > share(before)) worst.set(name, parityRow);
    }
  }
  return [...worst.values()];
}

function rowOf(name: string, got: TrialResult, wanted: TrialResult) {
  return gap(toFloat32(got.tensors[name]!), toFloat32(wanted.tensors[name]!));
}
