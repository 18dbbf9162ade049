import type { ExpectedNode, ExpectedPlacement } from './expected-placement.ts';
import type { Placement } from './placement.ts';
import type { ProfiledNode } from './read-profile.ts';
import { providers } from './summarise-profile.ts';

/** Where a node is expected, by its place in {@link ExpectedNode}; undefined if unknown. */
const sides: Readonly<Record<ExpectedNode['place'], 'device' | 'cpu' | undefined>> = {
  kernel: 'device',
  none: 'cpu',
  follows: 'cpu',
  shapes: 'cpu',
  // Computed before the run, unless the optimiser left it.
  folded: undefined,
  unjudged: undefined,
};

/**
 * Compares where nodes ran with where onnxruntime's published kernel list expects them, so that
 * facts correct the list. Compares only nodes with the name and operator of a node in the file:
 * onnxruntime names the nodes that it fuses or inserts.
 *
 * @example
 * comparePlacement(expectedPlacement(facts), nodes).differences;
 */
export function comparePlacement(
  { device, nodes }: Pick<ExpectedPlacement, 'device' | 'nodes'>,
  profiled: readonly ProfiledNode[],
): NonNullable<Placement['expected']> {
  const wanted = new Map<string, ExpectedNode | undefined>();
  // A name shared by several nodes identifies none.
  for (const node of nodes) wanted.set(node.node, wanted.has(node.node) ? undefined : node);
  let compared = 0;
  const differences = profiled.flatMap(({ node, opType, provider, outputs }) => {
    const expected = wanted.get(node);
    if (expected === undefined || expected.opType !== opType) return [];
    const side = sides[expected.place];
    if (side === undefined) return [];
    compared++;
    const ran = provider === providers[device] ? 'device' : 'cpu';
    if (ran === side) return [];
    const [first] = outputs;
    const output = first === undefined ? '' : `${first.type} [${first.dims.join(', ')}]`;
    return [{ node, opType, output, expected: side, place: expected.place, ran: provider }];
  });
  return { compared, unmatched: profiled.length - compared, differences };
}
