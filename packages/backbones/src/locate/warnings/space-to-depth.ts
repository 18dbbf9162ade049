import type { GraphFacts, Node } from '@pip-graft/onnx-graft';
import { makerOf } from '../../recognise/source-of.ts';

/**
 * PixelUnshuffle that an exporter wrote as a bare SpaceToDepth after a convolution. Their channels
 * are in different orders, (C, block²) and (block², C), so the network is wrong in silence.
 * Source: microsoft/onnxscript#2891. Files of other frameworks may mean it, and one with a Gather or a
 * Transpose behind it has put the order right.
 */
export function spaceToDepthWarning(facts: GraphFacts): string | undefined {
  const { producer, graph } = facts.model;
  if (producer.name !== '' && !/pytorch|torch|onnxscript/i.test(producer.name)) return undefined;
  const wrong = graph.nodes.filter(
    (node) =>
      node.opType === 'SpaceToDepth' &&
      makerOf(facts, node.inputs[0] ?? '')?.opType === 'Conv' &&
      !reordered(facts, node),
  );
  const [first] = wrong;
  if (first === undefined) return undefined;
  const others = wrong.length > 1 ? ` and ${wrong.length - 1} more` : '';
  return `SpaceToDepth after a convolution ('${first.name || first.outputs[0]}'${others}): if this was PixelUnshuffle in PyTorch, its channels are in the wrong order and the network gives wrong pictures already without a graft (microsoft/onnxscript#2891); compare it with PyTorch, and export again with a newer onnxscript or with the older exporter (dynamo=False).`;
}

function reordered(facts: GraphFacts, node: Node): boolean {
  const readers = facts.uses(node.outputs[0]!).map((use) => facts.model.graph.nodes[use.node]!);
  return (
    readers.length > 0 && readers.every(({ opType }) => ['Gather', 'Reshape'].includes(opType))
  );
}
