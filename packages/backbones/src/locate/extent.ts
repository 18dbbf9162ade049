import type { GraphFacts } from '@pip-graft/onnx-graft';
import type { Trails } from './trail.ts';

/**
 * A value in NCHW that has the height and width which rows of tokens have lost: the nearest one of
 * the same resolution that the tokens are made of. undefined when there is none.
 */
export function extentOf(facts: GraphFacts, trails: Trails, tokens: string): string | undefined {
  const scale = trails.feature(tokens)?.scale;
  const seen = new Set<string>();
  const open = [tokens];
  for (let i = 0; i < open.length; i++) {
    const name = open[i]!;
    const feature = trails.feature(name);
    if (feature?.layout === 'NCHW' && feature.scale === scale) return name;
    const at = facts.producer(name);
    const maker = at === undefined ? undefined : facts.model.graph.nodes[at];
    // Sizes that tokens are shaped by may be those of the image before it was padded.
    if (maker?.opType === 'Shape') continue;
    for (const input of maker?.inputs ?? []) {
      if (!seen.has(input)) open.push(input);
      seen.add(input);
    }
  }
  return undefined;
}
