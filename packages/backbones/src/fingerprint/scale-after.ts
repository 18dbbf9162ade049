import { elementCount, type GraphFacts, type Node, type Tensor } from '@pip-graft/onnx-graft';

/**
 * The constant that multiplies each channel of a convolution's result, when nothing else reads that
 * result: simplifiers and optimisers multiply it into the weight, so both forms must count as one.
 * NAFNet's `beta` and `gamma` are such.
 */
export function scaleAfter(
  facts: GraphFacts,
  tensors: ReadonlyMap<string, Tensor>,
  conv: Node,
): Tensor | undefined {
  const [made] = conv.outputs;
  if (conv.opType !== 'Conv' || made === undefined || facts.isOutput(made)) return undefined;
  const [use, ...others] = facts.uses(made);
  const reader = use && facts.model.graph.nodes[use.node];
  if (!reader || others.length > 0 || reader.opType !== 'Mul') return undefined;
  const scale = tensors.get(reader.inputs[1 - use.input] ?? '');
  const weight = tensors.get(conv.inputs[1] ?? '');
  if (scale?.dataType !== 'float32' || weight?.dataType !== 'float32') return undefined;
  const channels = weight.dims[0] ?? 0;
  const perChannel = scale.dims.length <= 4 && scale.dims.at(-3) === channels;
  const count = elementCount(scale.dims);
  return count === 1 || (perChannel && count === channels) ? scale : undefined;
}
