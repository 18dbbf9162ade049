import type { GraphFacts, Node } from '@pip-graft/onnx-graft';
import { nodesBehind } from './nodes-behind.ts';
import { promptsOf } from './prompts.ts';
import { makerOf, sourceOf } from './source-of.ts';

/** How often the building blocks that tell families apart occur in a graph. */
export interface Structure {
  /** Softmax over a square of channels, of cosines: attention between channels (Restormer's MDTA). */
  readonly channelAttention: number;
  /** Learned images, weighted by a softmax over a few numbers per image and resized (PromptIR's prompts). */
  readonly prompts: number;
  /** Products of the two halves of one feature map (NAFNet's SimpleGate). */
  readonly simpleGates: number;
  /** Feature maps times a vector made from their own mean (NAFNet's simplified channel attention). */
  readonly pooledAttention: number;
}

const lengths = new Set(['ReduceL2', 'LpNormalization', 'ReduceSumSquare']);
const pools = new Set(['GlobalAveragePool', 'ReduceMean', 'AveragePool']);

/** Counts a graph's building blocks. */
export function structureOf(facts: GraphFacts): Structure {
  const { nodes } = facts.model.graph;
  const count = (type: string, test: (node: Node) => boolean): number =>
    nodes.filter((node) => node.opType === type && test(node)).length;
  return {
    channelAttention: count('Softmax', (node) => isChannelAttention(facts, node)),
    prompts: promptsOf(facts).length,
    simpleGates: count('Mul', (node) => isSimpleGate(facts, node)),
    pooledAttention: count('Mul', (node) => isPooledAttention(facts, node)),
  };
}

function isChannelAttention(facts: GraphFacts, node: Node): boolean {
  const fact = facts.sample.values.get(node.outputs[0]!);
  const size = fact?.dims?.at(-1);
  if (fact?.axes === undefined || /[HWT]/.test(fact.axes)) return false;
  if (!(size! >= 1) || size !== fact.dims!.at(-2)) return false;
  const seen = nodesBehind(facts, node.inputs[0]!);
  return [...seen].some(({ opType }) => lengths.has(opType));
}

function isSimpleGate(facts: GraphFacts, node: Node): boolean {
  const [a, b] = node.inputs.map((name) => makerOf(facts, name));
  if (!a || !b || node.inputs[0] === node.inputs[1]) return false;
  const [wholeA, wholeB] = [a, b].map(({ inputs }) => sourceOf(facts, inputs[0] ?? ''));
  if (wholeA !== wholeB || wholeA === undefined) return false;
  const halves = a === b ? a.opType === 'Split' : a.opType === 'Slice' && b.opType === 'Slice';
  const half = facts.channels(node.outputs[0]!);
  return halves && half !== undefined && facts.channels(wholeA) === 2 * half;
}

function isPooledAttention(facts: GraphFacts, node: Node): boolean {
  const [map, vector] = [...node.inputs].sort(
    (a, b) => (facts.channels(b) ?? 0) - (facts.channels(a) ?? 0),
  );
  const dims = facts.sample.values.get(vector!)?.dims;
  if (map === undefined || facts.channels(map) === undefined || dims?.length !== 4) return false;
  if (makerOf(facts, vector!) === undefined) return false;
  const made = nodesBehind(facts, vector!, { pass: ({ opType }) => !pools.has(opType), most: 6 });
  return [...made].some(
    ({ opType, inputs }) => pools.has(opType) && facts.reaches(sourceOf(facts, map), inputs[0]!),
  );
}
