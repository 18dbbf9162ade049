import type { Image } from '@pip-graft/imaging';
import type { GraftRecord } from '@pip-graft/pip-core';
import type { TypedTensorOf } from '@pip-graft/weights';
import { toFloat32 } from '@pip-graft/weights';
import type { TrialRunner } from './trial-runner.ts';

type Tensor = TypedTensorOf<'float32'>;

/** The prompts that each label of an adapter makes of one image. */
export interface LabelPrompts {
  readonly labels: readonly string[];
  readonly levels: readonly {
    readonly level: number;
    /** A degradation-aware prompt a label: (1,c,1,1). */
    readonly degradation: readonly Tensor[];
    /** A universal restoration prompt a label: (1,c,H,W), at the level's size. */
    readonly universal: readonly Tensor[];
  }[];
}

/**
 * Runs the grafted model once a label and keeps its adapter's prompts, adapter by adapter: what PIP says can be looked into.
 * All of them are in memory together, so hand in a small image: at 256x256 and 64 channels a
 * level and label take 17 MB.
 *
 * Returns undefined when the degradation was baked in: there is one setting and nothing to compare.
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
