import type { GraphFacts } from '@pip-graft/onnx-graft';
import { type ExpectedNode, type ExpectedPlacement, expectedPlacement } from '@pip-graft/runtime';
import { Option } from 'commander';

/** The option of commands that run nothing, and say what to expect of a device. */
export interface ExpectedDevice {
  readonly device?: 'cuda';
}

export function expectedDeviceOption(): Option {
  return new Option(
    '--device <device>',
    "also say which nodes to expect on this device, from onnxruntime's published kernel list; nothing is run",
  ).choices(['cuda']);
}

/** What is expected of a model on a device; this shape is part of the commands' JSON. */
export interface Expectation extends Omit<ExpectedPlacement, 'nodes'> {
  readonly counts: Readonly<Record<ExpectedNode['place'], number>>;
  /** Nodes without a kernel. */
  readonly none: readonly {
    readonly node: string;
    readonly opType: string;
    readonly why: 'operator' | 'version' | 'type';
    readonly reason: string;
  }[];
}

export function expectedOf(facts: GraphFacts): Expectation {
  const { nodes, ...rest } = expectedPlacement(facts);
  const counts = { kernel: 0, none: 0, follows: 0, shapes: 0, folded: 0, unjudged: 0 };
  for (const { place } of nodes) counts[place]++;
  return {
    ...rest,
    counts,
    none: nodes.flatMap(({ node, opType, gap }) =>
      gap === undefined ? [] : [{ node, opType, ...gap }],
    ),
  };
}
