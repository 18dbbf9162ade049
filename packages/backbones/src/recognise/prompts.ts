import type { GraphFacts, Node } from '@pip-graft/onnx-graft';
import { nodesBehind } from './nodes-behind.ts';
import { makerOf } from './source-of.ts';

/** A prompt of the network's own, put beside a feature map as further channels. */
export interface PromptJoin {
  readonly value: string;
  readonly node: Node;
}

/**
 * Concats of a feature map with something that comes from weights by way of a softmax
 * over a few numbers per image: PromptIR's prompts. They are no skip connections.
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
