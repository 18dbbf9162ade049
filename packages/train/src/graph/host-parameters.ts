import type { Host } from '@pip-graft/graft';
import { elementCount, type Node, own, readTensor, type Tensor } from '@pip-graft/onnx-graft';
import { decodeFloats, type FloatTensor, type TensorMap } from '@pip-graft/weights';

/** What is learned: the adapter alone, with what lies behind the skip connections, or with all of the host. */
export const learnedParts = ['pip', 'pip+decoder', 'all'] as const;
export type LearnedPart = (typeof learnedParts)[number];

/** Inputs by which operators take weights; of the others any. */
const weightInputs: Readonly<Record<string, readonly number[]>> = {
  Conv: [1, 2],
  ConvTranspose: [1, 2],
  Gemm: [1, 2],
  LayerNormalization: [1, 2],
  MatMul: [0, 1],
  Add: [0, 1],
  Mul: [0, 1],
};

/**
 * The weights of a host that are learned along with an adapter: float32 initializers of several
 * elements, which a layer reads as weights.
 */
export function hostParameters({ model, facts, located }: Host, part: LearnedPart): Tensor[] {
  if (part === 'pip') return [];
  const tensors = new Map(model.graph.initializers.map((tensor) => [tensor.name, tensor]));
  const behind = (node: Node): boolean =>
    part === 'all' ||
    located.sites.some(({ value }) => facts.reaches(value, node.outputs[0] ?? ''));
  const found = new Set<Tensor>();
  for (const node of model.graph.nodes) {
    for (const input of own(weightInputs, node.opType) ?? []) {
      const tensor = tensors.get(node.inputs[input] ?? '');
      if (tensor?.dataType === 'float32' && elementCount(tensor.dims) > 1 && behind(node))
        found.add(tensor);
    }
  }
  return [...found];
}

/** The numbers of host parameters, by name. */
export function readParameters(host: Host, parameters: readonly Tensor[]): TensorMap {
  return new Map(
    parameters.map((tensor): [string, FloatTensor] => {
      const bytes = readTensor(host.model, tensor);
      return [tensor.name, { dims: tensor.dims, data: decodeFloats(bytes, 'float32') }];
    }),
  );
}
