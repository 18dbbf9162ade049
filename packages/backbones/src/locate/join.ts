import type { GraphFacts, Node } from '@pip-graft/onnx-graft';
import { own } from '@pip-graft/onnx-graft';
import { type Feature, sameExtent } from './feature.ts';
import type { Trails } from './trail.ts';

/** A node that combines feature maps of one resolution. */
export interface Join {
  readonly node: Node;
  readonly kind: 'concat' | 'add' | 'mul';
  readonly scale: number;
  /** The joined feature maps, each once, in the node's order. */
  readonly operands: readonly Operand[];
}

/** One side of a join. */
export interface Operand {
  readonly value: string;
  readonly feature: Feature;
  readonly came: number;
}

const kinds: Readonly<Record<string, Join['kind']>> = {
  Concat: 'concat',
  Add: 'add',
  Sum: 'add',
  Mul: 'mul',
  // onnxruntime's offline optimiser fuses the addition after a convolution into it as fourth input.
  FusedConv: 'add',
};

/** Every join of two or more feature maps in the main graph. */
export function joinsOf(facts: GraphFacts, trails: Trails): Join[] {
  return facts.model.graph.nodes.flatMap((node) => {
    const kind = own(kinds, node.opType);
    if (kind === undefined) return [];
    const names =
      node.opType === 'FusedConv' ? [node.inputs[0]!, node.inputs[3] ?? ''] : node.inputs;
    const operands = [...new Set(names)].flatMap((value) => {
      const feature = trails.feature(value);
      return feature ? [{ value, feature, came: trails.came(value) }] : [];
    });
    const [first] = operands;
    const out = trails.feature(node.outputs[0] ?? '');
    if (first === undefined || out === undefined || operands.length < 2) return [];
    if (kind === 'concat' && !joinsChannels(node, out)) return [];
    // The convolution of a FusedConv may change the size; the addition is to its output.
    const same = operands.every(({ feature }) => sameExtent(feature, out));
    return same ? [{ node, kind, scale: out.scale, operands }] : [];
  });
}

function joinsChannels(node: Node, out: Feature): boolean {
  const axis = node.attributes.get('axis')?.int ?? 1;
  const rank = out.layout === 'tokens' ? 3 : 4;
  return (axis < 0 ? axis + rank : axis) === out.channelAxis;
}
