import { buildModel, GraphBuilder, type Model, NameScope } from '@pip-graft/onnx-graft';
import { emitSensor, type Sensor } from '@pip-graft/pip-core';

/**
 * A sensor alone, without a network to steer: `image`, float32 (B,3,H,W) of 0 to 1, to
 * `probabilities`, float32 (B,T), in the order of its labels.
 *
 * @example const session = await createSession(sensorModel(readSensor('my-sensor')));
 */
export function sensorModel({ config, tensors }: Sensor): Model {
  const names = new NameScope();
  const image = names.take('image');
  const probabilities = names.take('probabilities');
  const g = new GraphBuilder({ opset: 17, prefix: 'sensor', taken: names });
  const logits = emitSensor(g, image, config, (name) => {
    const { dims, data } = tensors.get(name)!;
    return { kind: 'fixed', dims, data };
  });
  g.node('Sigmoid', [logits], {}, { outputs: [probabilities] });
  const value = (name: string, dims: readonly (number | string)[]) => ({
    ...{ name, dataType: 'float32' as const, dims },
  });
  return buildModel({
    ...{ irVersion: 8, opset: 17, graphName: 'sensor' },
    ...{ producer: { name: 'pip-graft', version: '0' } },
    ...g.fragment(),
    inputs: [value(image, ['batch', 3, 'height', 'width'])],
    outputs: [value(probabilities, ['batch', config.labels.length])],
  });
}
