import type { Expectation } from './inspection.ts';
import { table } from './table.ts';

/**
 * Formats where a model's nodes are expected to run, as text for people; it never claims that
 * anything ran.
 */
export function formatExpected({
  basis,
  opset,
  counts,
  copies,
  none,
  servedAt,
}: Expectation): string {
  const rows: [number, string][] = [
    [counts.kernel, 'nodes have a kernel'],
    [counts.none, 'have none and run on the CPU'],
    [counts.follows, 'have one, but follow such a node and stay on the CPU with it'],
    [counts.shapes, 'are arithmetic on shapes, which stays on the CPU by design'],
    [counts.folded, 'are worked out when the file is opened'],
    [counts.unjudged, "call the file's own functions or hold graphs, which were not looked into"],
    [copies, 'values are copied between CPU and device in each run'],
  ];
  return [
    `CUDA, expected from onnxruntime's published kernel list (${basis.version}; newer releases may have more), nothing was run:`,
    table(rows.filter(([count], row) => count > 0 || row < 2 || row === rows.length - 1)),
    ...(none.length === 0 ? [] : ['Without a kernel (--json lists each):', table(reasons(none))]),
    ...(none.length === 0 ? [] : [served(opset, servedAt)]),
  ].join('\n');
}

function served(opset: number, servedAt: number | null): string {
  return servedAt === null
    ? `No operator set has kernels for every node; the file has ${opset}.`
    : `At operator set ${servedAt} every node would have a kernel; the file has ${opset}: export it at ${servedAt}.`;
}

/** Returns each reason with its number of nodes and the first of them. */
function reasons(none: Expectation['none']): (string | number)[][] {
  const groups = new Map<string, { count: number; first: string }>();
  for (const { node, reason } of none) {
    const group = groups.get(reason) ?? { count: 0, first: node };
    group.count++;
    groups.set(reason, group);
  }
  return [...groups].map(([reason, { count, first }]) => [
    count,
    reason,
    `${first}${count > 1 ? ', …' : ''}`,
  ]);
}
