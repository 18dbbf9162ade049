import type { GraphFacts } from '@pip-graft/onnx-graft';
import { blockedWarning } from './blocked.ts';
import { builtInSizeWarning } from './built-in-size.ts';
import { halfNormsWarning } from './half-norms.ts';
import { quantisedWarning } from './quantised.ts';
import { spaceToDepthWarning } from './space-to-depth.ts';
import { unsortedWarning } from './unsorted.ts';

/** What is wrong with a file, or will be, before anything is grafted: what was seen, what follows, what to do. */
export function warningsOf(facts: GraphFacts): string[] {
  const all = [
    spaceToDepthWarning,
    blockedWarning,
    builtInSizeWarning,
    halfNormsWarning,
    quantisedWarning,
    unsortedWarning,
  ];
  return all.flatMap((warning) => warning(facts) ?? []);
}
