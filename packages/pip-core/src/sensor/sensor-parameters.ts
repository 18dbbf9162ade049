import type { ParameterSpec } from '../parameters/level-parameters.ts';
import type { SensorConfig } from './sensor-config.ts';

/** Sides of a sensor's convolutions. */
export const sensorKernel = 3;

/** Names of a sensor's parameters. */
export const sensorNames = {
  weight: (convolution: number) => `conv${convolution + 1}.weight`,
  bias: (convolution: number) => `conv${convolution + 1}.bias`,
  hidden: { weight: 'hidden.weight', bias: 'hidden.bias' },
  linear: { weight: 'linear.weight', bias: 'linear.bias' },
} as const;

/** What a sensor measures of an image: a mean and a deviation of each colour and each channel. */
export function sensorMeasures(widths: readonly number[]): number {
  return 2 * widths.reduce((sum, width) => sum + width, 3);
}

/**
 * Every parameter of a sensor: convolutions from the three colours on, a hidden row for all that they
 * measure, then one row for each label.
 *
 * @example sensorParameters(sensor.config).map(({ name }) => name) // ['conv1.weight', …]
 */
export function sensorParameters({ labels, widths, hidden }: SensorConfig): ParameterSpec[] {
  const convolutions = widths.flatMap((width, at) => {
    const inputs = widths[at - 1] ?? 3;
    return [
      weight(sensorNames.weight(at), [width, inputs, sensorKernel, sensorKernel]),
      bias(sensorNames.bias(at), width),
    ];
  });
  return [
    ...convolutions,
    weight(sensorNames.hidden.weight, [hidden, sensorMeasures(widths)]),
    bias(sensorNames.hidden.bias, hidden),
    weight(sensorNames.linear.weight, [labels.length, hidden]),
    bias(sensorNames.linear.bias, labels.length),
  ];
}

/** Multiply-adds of a sensor for each pixel of the image. */
export function sensorCost({ widths }: SensorConfig): number {
  return widths.reduce((sum, width, at) => {
    const inputs = widths[at - 1] ?? 3;
    return sum + (width * inputs * sensorKernel ** 2) / 4 ** (at + 1);
  }, 0);
}

/** Without norms between them, convolutions have to keep the size of what goes through. */
function weight(name: string, dims: readonly number[]): ParameterSpec {
  return { name, dims, init: { kind: 'kaiming-relu' } };
}

function bias(name: string, width: number): ParameterSpec {
  return { name, dims: [width], init: { kind: 'constant', value: 0 } };
}
