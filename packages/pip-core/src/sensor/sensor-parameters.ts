import type { ParameterSpec } from '../parameters/level-parameters.ts';
import type { SensorConfig } from './sensor-config.ts';

/** Kernel size of a sensor's convolutions. */
export const sensorKernel = 3;

/** Names of a sensor's parameters. */
export const sensorNames = {
  weight: (convolution: number) => `conv${convolution + 1}.weight`,
  bias: (convolution: number) => `conv${convolution + 1}.bias`,
  layers: {
    place1: { weight: 'place1.weight', bias: 'place1.bias' },
    place2: { weight: 'place2.weight', bias: 'place2.bias' },
    hidden: { weight: 'hidden.weight', bias: 'hidden.bias' },
    linear: { weight: 'linear.weight', bias: 'linear.bias' },
  },
} as const;

/** Number of measures per place: the colours, their variances, and an energy of each channel. */
export function sensorMeasures(widths: readonly number[]): number {
  return 6 + widths.reduce((sum, width) => sum + width, 0);
}

/** Statistics kept of each judgement over all places: its mean and its deviation. */
export const sensorSpread = 2;

/**
 * All parameters of a sensor: convolutions from the three colours on, two layers per place, and two
 * for what the places have in common.
 *
 * @example sensorParameters(sensor.config).map(({ name }) => name) // ['conv1.weight', …]
 */
export function sensorParameters(config: SensorConfig): ParameterSpec[] {
  const { labels, widths, local, hidden } = config;
  const convolutions = widths.flatMap((width, at) => {
    const inputs = widths[at - 1] ?? 3;
    return [
      weight(sensorNames.weight(at), [width, inputs, sensorKernel, sensorKernel]),
      bias(sensorNames.bias(at), width),
    ];
  });
  const layer = (name: keyof typeof sensorNames.layers, outputs: number, inputs: number) => {
    const names = sensorNames.layers[name];
    return [weight(names.weight, [outputs, inputs]), bias(names.bias, outputs)];
  };
  return [
    ...convolutions,
    ...layer('place1', local, sensorMeasures(widths)),
    ...layer('place2', local, local),
    ...layer('hidden', hidden, sensorSpread * local),
    ...layer('linear', labels.length, hidden),
  ];
}

/** Multiply-adds of a sensor per pixel of the image. */
export function sensorCost({ widths, local }: SensorConfig): number {
  const convolutions = widths.reduce((sum, width, at) => {
    const inputs = widths[at - 1] ?? 3;
    return sum + (width * inputs * sensorKernel ** 2) / 4 ** (at + 1);
  }, 0);
  return convolutions + (local * (sensorMeasures(widths) + local)) / 4 ** widths.length;
}

/** Without norms in between, convolutions must preserve the scale of their input. */
function weight(name: string, dims: readonly number[]): ParameterSpec {
  return { name, dims, init: { kind: 'kaiming-relu' } };
}

function bias(name: string, width: number): ParameterSpec {
  return { name, dims: [width], init: { kind: 'constant', value: 0 } };
}
