import type { Batch, BatchOptions } from '@pip-graft/train';

/** A patch of a batch. */
export interface PreviewPatch {
  /** (3,P,P), 0 to 1. */
  readonly input: Float32Array;
  readonly target: Float32Array;
  /** What there is to say of its weights; empty for one label of weight 1. */
  readonly note: string;
  /** Of the input against the target, in dB; null where they are equal. */
  readonly psnr: number | null;
}

/** The patches of a label, or of several or none. */
export interface PreviewRow {
  readonly name: string;
  readonly patches: readonly PreviewPatch[];
}

/** The patches of a batch, by label in the labels' order; then those of two labels, and of none. */
export function previewRows({ labels, patch, batch }: BatchOptions, made: Batch): PreviewRow[] {
  const size = 3 * patch * patch;
  const rows = new Map<string, PreviewPatch[]>(
    [...labels, 'two labels', 'no weights'].map((name) => [name, []]),
  );
  for (let index = 0; index < batch; index++) {
    const input = made.inputs.subarray(index * size, (index + 1) * size);
    const target = made.targets.subarray(index * size, (index + 1) * size);
    const weights = labels.flatMap((label, at) => {
      const weight = made.weights[index * labels.length + at]!;
      return weight > 0 ? [{ label, weight }] : [];
    });
    const [first, second] = weights;
    const name = first === undefined ? 'no weights' : second ? 'two labels' : first.label;
    const psnr = psnrOf(input, target);
    const clean = psnr === null && first !== undefined ? ['clean'] : [];
    const parts = second
      ? [`${first!.label}+${second.label}`]
      : first && first.weight < 1
        ? [first.weight.toFixed(2)]
        : [];
    rows.get(name)!.push({ input, target, note: [...parts, ...clean].join(', '), psnr });
  }
  return [...rows].flatMap(([name, patches]) => (patches.length > 0 ? [{ name, patches }] : []));
}

function psnrOf(input: Float32Array, target: Float32Array): number | null {
  const squares = input.reduce((sum, value, at) => sum + (value - target[at]!) ** 2, 0);
  return squares === 0 ? null : -10 * Math.log10(squares / input.length);
}
