import { buildModel, numberBytes } from '@pip-graft/onnx-graft';
/** Tiny models for tests. */
export function tinyModel(parts) {
  return buildModel({
    irVersion: 8,
    opset: 17,
    producer: { name: 'test', version: '1' },
    graphName: 'tiny',
    initializers: [],
    ...parts,
  });
}
export function bytesOf(model) {
  return model.source.read(0, model.source.size).slice();
}
export const picture = (name, dataType = 'float32') => ({
  name,
  dataType,
  dims: ['b', 3, 'h', 'w'],
});
export const scalar = (name) => ({ name, dataType: 'float32', dims: [] });
export function constant(name, values, dims) {
  return { name, dataType: 'float32', dims, data: numberBytes(values, 'float32') };
}
export function node(opType, inputs, output, attributes = {}) {
  return { name: `${output}_node`, opType, domain: '', inputs, outputs: [output], attributes };
}
/** output = input * 0.5 */
export function halvingModel() {
  return tinyModel({
    nodes: [node('Mul', ['input', 'half'], 'output')],
    inputs: [picture('input')],
    outputs: [picture('output')],
    initializers: [constant('half', [0.5], [])],
  });
}
