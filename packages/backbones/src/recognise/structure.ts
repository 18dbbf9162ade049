import type { GraphFacts, Node } from '@pip-graft/onnx-graft';
import { makerOf, nodesBehind, sourceOf } from './nodes-behind.ts';

/** Counts of the building blocks that distinguish families. */
export interface Structure {
  /** Softmax over a square of channels, of cosines: channel attention (Restormer's MDTA). */
  readonly channelAttention: number;
  /** Learned images, weighted by a softmax over a few numbers and resized (PromptIR's prompts). */
  readonly prompts: number;
  /** Products of the two halves of one feature map (NAFNet's SimpleGate). */
  readonly simpleGates: number;
  /** Feature maps times a vector made from their mean (NAFNet's simplified channel attention). */
  readonly pooledAttention: number;
}

const lengths = new Set(['ReduceL2', 'LpNormalization', 'ReduceSumSquare']);
/** Means around each pixel are computed with running sums. */
const pools = new Set(['GlobalAveragePool', 'ReduceMean', 'AveragePool', 'CumSum']);
/** From the weights back to the mean: a convolution, and the arithmetic of means around pixels. */
const poolReach = 16;

/** Counts a graph's building blocks. */
export function structureOf(facts: GraphFacts): Structure {
  const { nodes } = facts.model.graph;
  const count = (type: string, test: (node: Node) => boolean): number =>
    nodes.filter((node) => node.opType === type && test(node)).length;
  return {
    channelAttention: count('Softmax', (node) => isChannelAttention(facts, node)),
    prompts: promptsOf(facts).length,
    // Counted on demand: only a network whose skip connections are sums is asked for them.
    get simpleGates() {
      return count('Mul', (node) => isSimpleGate(facts, node));
    },
    get pooledAttention() {
      return count('Mul', (node) => isPooledAttention(facts, node));
    },
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
  const [a, b] = node.inputs;
  if (a === undefined || b === undefined) return false;
  return weighs(facts, a, b) || weighs(facts, b, a);
}

/** Whether `weights` are made from a mean of `map`, over all of it or, locally, around a pixel. */
function weighs(facts: GraphFacts, weights: string, map: string): boolean {
  if (facts.channels(map) === undefined || makerOf(facts, weights) === undefined) return false;
  if (facts.sample.values.get(weights)?.dims?.length !== 4) return false;
  const stop = (node: Node): boolean => pools.has(node.opType);
  return nodesBehind(facts, weights, { pass: (node) => !stop(node), most: poolReach }).some(
    (node) => stop(node) && facts.reaches(sourceOf(facts, map), node.inputs[0]!),
  );
}

/** The network's own prompt, concatenated to a feature map as additional channels. */
interface PromptJoin {
  readonly value: string;
  readonly node: Node;
}

/**
 * Concats of a feature map with something made from weights and a softmax over a few numbers per
 * image: PromptIR's prompts. They are not skip connections.
 */
export function promptsOf(facts: GraphFacts): PromptJoin[] {
  return facts.model.graph.nodes.flatMap((node) => {
    const value = node.opType === 'Concat' ? promptOf(facts, node) : undefined;
    return value === undefined ? [] : [{ value, node }];
  });
}

function promptOf(facts: GraphFacts, node: Node): string | undefined {
  const axes = node.inputs.map((name) => facts.sample.values.get(name)?.axes);
  const value = node.inputs[axes.indexOf('....')];
  if (value === undefined || !axes.includes('..HW') || makerOf(facts, value) === undefined) {
    return undefined;
  }
  const weighted = nodesBehind(facts, value, { pass: ({ opType }) => opType !== 'Softmax' }).some(
    ({ opType, outputs }) =>
      opType === 'Softmax' && facts.sample.values.get(outputs[0]!)?.dims?.length === 2,
  );
  return weighted ? value : undefined;
}
