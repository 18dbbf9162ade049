import type { Model } from '@pip-graft/onnx-graft';
import type { GraftRecord } from '@pip-graft/pip-core';
import { moduleValues } from '../subject/subject.ts';

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
