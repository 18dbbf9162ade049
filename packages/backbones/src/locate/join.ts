import {
  type GraphFacts,
  type Node,
  type NodeSet,
  own,
  type RejectedSite,
} from '@pip-graft/onnx-graft';
import { came, type Feature, sameExtent, type Trails } from './trail.ts';
import { isImageCopy, isLeftTowards } from './walk.ts';

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
  Sub: 'add',
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

/** Whether a node's operator can be a join. */
export function isJoin({ opType }: Node): boolean {
  return own(kinds, opType) !== undefined;
}

/** Skip connections that meet what came up in another operator, such as a maximum or a stack. */
export function meetingsOf(facts: GraphFacts, trails: Trails, live: NodeSet): RejectedSite[] {
  const { graph, functions } = facts.model;
  return graph.nodes.flatMap((node) => {
    if (node.inputs.length < 2 && node.subgraphs.length === 0) return [];
    const stacked = node.opType === 'Concat' ? stackedBy(facts, node) : undefined;
    if ((isJoin(node) && stacked === undefined) || !live.has(node.index)) return [];
    // What the bodies of an If or a Loop read meets there too.
    const read = node.subgraphs.flatMap(({ nodes }) => nodes.flatMap(({ inputs }) => inputs));
    const features = [...new Set(stacked ?? [...node.inputs, ...read])].filter((value) =>
      trails.feature(value),
    );
    const up = features.find((value) => trails.came(value) === came.up);
    const skip = features.find((value) => trails.came(value) === came.down);
    if (up === undefined || skip === undefined) return [];
    if (!sameExtent(trails.feature(up)!, trails.feature(skip)!)) return [];
    if (isImageCopy(facts, trails, skip) || !isLeftTowards(facts, trails, skip, up)) return [];
    if (stacked !== undefined) {
      const reason = `a skip connection, but '${node.name || node.outputs[0]}' stacks it with '${up}' along a new axis, as torch.stack does, and only Concat of channels, Add, Sub, Sum and Mul can be grafted; export the model with torch.cat or + there`;
      return [{ value: skip, reason }];
    }
    const operator = node.domain === '' ? node.opType : `${node.domain}:${node.opType}`;
    const isControl = node.subgraphs.length > 0;
    const isOwn = functions.some((body) => operator === `${body.domain}:${body.name}`);
    const advice = isOwn
      ? 'inline the functions of the model, with `onnx.inliner.inline_local_functions`'
      : isControl
        ? 'export the model without control flow, by tracing instead of scripting'
        : node.opType.startsWith('QLinear')
          ? 'quantise the model in QDQ format, or graft it first and quantise then'
          : 'export the model with one of them there';
    const reason = `a skip connection, but '${operator}' at '${node.name || node.outputs[0]}' joins it with '${up}', and only Concat, Add, Sub, Sum and Mul can be grafted; ${advice}`;
    return [{ value: skip, reason }];
  });
}

/** What a Concat stacks along a new axis: values that were given that axis before it. */
function stackedBy(facts: GraphFacts, { inputs }: Node): readonly string[] | undefined {
  const sources = inputs.map((value) => {
    const at = facts.producer(value);
    const maker = at === undefined ? undefined : facts.model.graph.nodes[at];
    return maker?.opType === 'Unsqueeze' ? maker.inputs[0] : undefined;
  });
  return sources.every((source) => source !== undefined) ? sources : undefined;
}

function joinsChannels(node: Node, out: Feature): boolean {
  const axis = node.attributes.get('axis')?.int ?? 1;
  const rank = out.layout === 'tokens' ? 3 : 4;
  return (axis < 0 ? axis + rank : axis) === out.channelAxis;
}
