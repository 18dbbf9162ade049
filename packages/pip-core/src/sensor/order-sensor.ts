import { GraftError } from '@pip-graft/onnx-graft';
import type { FloatTensor } from '@pip-graft/weights';
import type { Sensor } from './sensor.ts';
import { sensorNames } from './sensor-parameters.ts';

/**
 * The same sensor with its labels in another order: rows of its last layer are put in that order.
 *
 * Errors: `INVALID_ARGUMENT` when these are not its labels.
 */
export function orderSensor(sensor: Sensor, labels: readonly string[]): Sensor {
  const { config, tensors, name } = sensor;
  const order = labels.map((label) => config.labels.indexOf(label));
  if (order.length !== config.labels.length || order.includes(-1))
    throw new GraftError(
      'INVALID_ARGUMENT',
      `sensor '${name}': its labels are ${config.labels.join(', ')}, not ${labels.join(', ')}.`,
    );
  const { weight, bias } = sensorNames.layers.linear;
  const ordered = [weight, bias].map((key) => [key, rows(tensors.get(key)!, order)] as const);
  return {
    ...sensor,
    config: { ...config, labels },
    tensors: new Map([...tensors, ...ordered]),
  };
}

function rows({ dims, data }: FloatTensor, order: readonly number[]): FloatTensor {
  const size = data.length / order.length;
  const ordered = new Float32Array(data.length);
  for (const [at, from] of order.entries())
    ordered.set(data.subarray(from * size, (from + 1) * size), at * size);
  return { dims, data: ordered };
}
