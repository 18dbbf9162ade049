import type { GraphFacts } from '@pip-graft/onnx-graft';
import type { GraftRecord } from '@pip-graft/pip-core';

export interface PromptSize {
  readonly level: number;
  readonly promptChannels: number;
  readonly promptSize: number;
}

/** Sizes of a graft's prompts, where the file still says them. */
export function promptSizes({ sites }: GraftRecord, facts: GraphFacts): PromptSize[] {
  return sites.flatMap(({ level, modules }) =>
    modules.flatMap(({ values }) => {
      const [, promptChannels, promptSize] = facts.value(values.prompt)?.dims ?? [];
      return typeof promptChannels === 'number' && typeof promptSize === 'number'
        ? [{ level, promptChannels, promptSize }]
        : [];
    }),
  );
}
