import type { Image } from '@pip-graft/imaging';
import type { GraftRecord } from '@pip-graft/pip-core';
import type { TypedTensorOf } from '@pip-graft/weights';
import { toFloat32 } from '@pip-graft/weights';
import type { TrialRunner } from './trial-runner.ts';

type Tensor = TypedTensorOf<'float32'>;

/** The prompts that each label of an adapter produces for one image. */
export interface LabelPrompts {
  readonly labels: readonly string[];
  readonly levels: readonly {
    readonly level: number;
    /** One degradation-aware prompt per label: (1,c,1,1). */
    readonly degradation: readonly Tensor[];
    /** One universal restoration prompt per label: (1,c,H,W), at the level's size. */
    readonly universal: readonly Tensor[];
  }[];
}

/**
 * Runs the grafted model once per label and returns the prompts, adapter by adapter. All of them are
 * in memory at once, so pass a small image: at 256x256 and 64 channels, each level and label take
 * 17 MB.
 *
 * Returns undefined if the degradation is baked in: one setting leaves nothing to compare.
 *
 * @example const [prompts] = (await readPrompts(run, readGraft(model)!, image)) ?? [];
 */
export async function readPrompts(
  run: TrialRunner,
  graft: GraftRecord,
  image: Image,
): Promise<LabelPrompts[] | undefined> {
  const { adapters, labels, inputs, sites } = graft;
  if (inputs === null) return undefined;
  const prompts: LabelPrompts[] = [];
  for (const [adapter, { labels: own }] of adapters.entries()) {
    const levels = sites
      .flatMap(({ level, modules }) => {
        const values = modules.find((module) => module.adapter === adapter)?.values;
        return values
          ? [{ level, values, degradation: [] as Tensor[], universal: [] as Tensor[] }]
          : [];
      })
      .sort((a, b) => a.level - b.level);
    const inner = levels.flatMap(({ values }) => [
      values.degradationPrompt,
      values.universalPrompt,
    ]);
    for (const label of own) {
      const rows = [labels.map((other) => (other === label ? 1 : 0))];
      const { tensors } = await run({ images: [image], rows, inner });
      for (const { values, degradation, universal } of levels) {
        degradation.push(toFloat32(tensors[values.degradationPrompt]!));
        universal.push(toFloat32(tensors[values.universalPrompt]!));
      }
    }
    prompts.push({ labels: own, levels: levels.map(({ values: _, ...level }) => level) });
  }
  return prompts;
}
