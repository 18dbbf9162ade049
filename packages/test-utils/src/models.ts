import {
  buildModel,
  type Model,
  type NodeSpec,
  type TensorSpec,
  type ValueSpec,
} from '@pip-graft/onnx-graft';
import { numberBytes } from '../../onnx-graft/src/number/number-bytes.ts';

/** Tiny models for tests. */
export function tinyModel(parts: {
  nodes: readonly NodeSpec[];
  inputs: readonly ValueSpec[];
  outputs: readonly ValueSpec[];
  initializers?: readonly TensorSpec[];
  metadata?: Readonly<Record<string, string>>;
}): Model {
  return buildModel({
    irVersion: 8,
    opset: 17,
    producer: { name: 'test', version: '1' },
    graphName: 'tiny',
    initializers: [],
    ...parts,
  });
}

export function bytesOf(model: Model): Uint8Array {
  return model.source.read(0, model.source.size).slice();
}

export const picture = (name: string, dataType: 'float32' | 'float16' = 'float32'): ValueSpec => ({
  name,
  dataType,
  dims: ['b', 3, 'h', 'w'],
});

export const scalar = (name: string): ValueSpec => ({ name, dataType: 'float32', dims: [] });

export function constant(
  name: string,
  values: readonly number[],
  dims: readonly number[],
): TensorSpec {
  return { name, dataType: 'float32', dims, data: numberBytes(values, 'float32') };
}

export function node(
  opType: string,
  inputs: readonly string[],
  output: string,
  attributes: NodeSpec['attributes'] = {},
): NodeSpec {
  return { name: `${output}_node`, opType, domain: '', inputs, outputs: [output], attributes };
}

/** output = input * 0.5 */
export function halvingModel(): Model {
  return tinyModel({
    nodes: [node('Mul', ['input', 'half'], 'output')],
    inputs: [picture('input')],
    outputs: [picture('output')],
    initializers: [constant('half', [0.5], [])],
  });
}
