import type { ParameterSpec } from '../parameters/level-parameters.ts';
import type { SensorConfig } from './sensor-config.ts';

/** Sides of a sensor's convolutions. */
export const sensorKernel = 3;

/** Names of a sensor's parameters. */
export const sensorNames = {
  weight: (convolution: number) => `conv${convolution + 1}.weight`,
  bias: (convolution: number) => `conv${convolution + 1}.bias`,
  linear: { weight: 'linear.weight', bias: 'linear.bias' },
} as const;

/**
 * Every parameter of a sensor: convolutions from the three colours on, then one row for each label.
 *
 * @example sensorParameters({ labels: ['noise', 'rain'], widths: [16, 32] })
 */
export function sensorParameters({ labels, widths }: SensorConfig): ParameterSpec[] {
  const convolutions = widths.flatMap((width, at) => {
    const inputs = widths[at - 1] ?? 3;
    return [
      weight(sensorNames.weight(at), [width, inputs, sensorKernel, sensorKernel]),
      bias(sensorNames.bias(at), width),
    ];
  });
  const last = widths.at(-1)!;
  return [
    ...convolutions,
    weight(sensorNames.linear.weight, [labels.length, last]),
    bias(sensorNames.linear.bias, labels.length),
  ];
}

/** Multiply-adds of a sensor for each pixel of the picture. */
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
