import { type GraphBuilder, ops } from '@pip-graft/onnx-graft';
import type { SensorImage } from '../plan/plan-sensor.ts';
import type { Sensor } from '../sensor/sensor.ts';
import { type SensorConfig, thresholdsOf } from '../sensor/sensor-config.ts';
import {
  sensorKernel,
  sensorMeasures,
  sensorNames,
  sensorSpread,
} from '../sensor/sensor-parameters.ts';
import { asValue, reshapeWeight, type Weight } from './weight.ts';

/** Shifts an image's numbers, 0 to 1, to around 0 and scales them to a deviation near 1. */
const imageMiddle = 0.5;
const imageGain = 4;

/** Added to an energy: deviations below 0.0025, under one step of 8 bits, are not distinguished. */
const leastEnergy = 1e-4;

/** Kernel and strides of the convolutions and the means beside them: both give the same sizes. */
const halving = { kernel: [sensorKernel, sensorKernel], strides: [2, 2] };

/**
 * Emits a sensor on an image: it measures every place separately, and decides by what the places
 * have in common.
 *
 * Convolutions of stride 2 with GELU in between cover ever larger neighbourhoods. The square of
 * each of their channels, and the colours and their squares, are averaged down to the size of the
 * last one: the energy of each pattern around a place. Logarithms turn ratios of energies, which
 * tell noise from texture and blur from distance, into differences. Two layers judge each place;
 * the mean and deviation over all places go through two more. So a patch and a whole image look
 * similar, and what shows only in the flat places of an image is not lost among its details.
 *
 * Edges are replicated, so that there is no frame. Any height and width; nothing depends on the
 * rest of the batch.
 *
 * @param image float32 (B,3,H,W), 0 to 1
 * @param weight returns a parameter by name: numbers for a graft, a value of the graph for training
 * @returns logits, float32 (B,T)
 */
export function emitSensor(
  g: GraphBuilder,
  image: string,
  config: SensorConfig,
  weight: (name: string) => Weight,
): string {
  const { labels, widths, local, hidden } = config;
  const row = (name: keyof typeof sensorNames.layers, x: string, size: readonly number[]) => {
    const inner = g.scope(name);
    const names = sensorNames.layers[name];
    const rows = reshapeWeight(inner, weight(names.weight), [...size, 1, 1]);
    const bias = asValue(inner, 'bias', weight(names.bias));
    return ops.conv(inner, x, asValue(inner, 'weight', rows), { bias, kernel: [1, 1] });
  };
  const measured = emitEnergies(g, image, widths, weight);
  const place = ops.gelu(g, row('place1', measured, [local, sensorMeasures(widths)]));
  const judged = ops.gelu(g, row('place2', place, [local, local]));
  const mean = ops.globalAveragePool(g, judged);
  const away = ops.sub(g, judged, mean);
  const variance = ops.globalAveragePool(g, ops.mul(g, away, away));
  const deviation = ops.sqrt(g, ops.add(g, variance, g.scalar(leastEnergy, 'float32')));
  const whole = ops.concat(g, [mean, deviation], 1);
  const between = ops.gelu(g, row('hidden', whole, [hidden, sensorSpread * local]));
  const logits = row('linear', between, [labels.length, hidden]);
  return ops.reshape(g, logits, [0, labels.length]);
}

/** Energies around each place: colours, log variances, and log energies of all channels. */
function emitEnergies(
  g: GraphBuilder,
  image: string,
  widths: readonly number[],
  weight: (name: string) => Weight,
): string {
  const middle = g.scalar(imageMiddle, 'float32');
  let x = ops.mul(g, ops.sub(g, image, middle), g.scalar(imageGain, 'float32'));
  let around = ops.concat(g, [x, ops.mul(g, x, x)], 1);
  for (const at of widths.keys()) {
    const inner = g.scope(`conv${at + 1}`);
    const kernel = asValue(inner, 'weight', weight(sensorNames.weight(at)));
    const bias = asValue(inner, 'bias', weight(sensorNames.bias(at)));
    const framed = ops.pad(inner, x, [0, 0, 1, 1, 0, 0, 1, 1], { mode: 'edge' });
    const convolved = ops.conv(inner, framed, kernel, { bias, ...halving });
    around = ops.concat(inner, [halved(inner, around), ops.mul(inner, convolved, convolved)], 1);
    if (at + 1 < widths.length) x = ops.gelu(inner, convolved);
  }
  const channels = widths.reduce((sum, width) => sum + width, 0);
  const [colours, squares, energies] = ops.split(g, around, [3, 3, channels], 1) as [
    string,
    string,
    string,
  ];
  const variances = ops.relu(g, ops.sub(g, squares, ops.mul(g, colours, colours)));
  const least = g.scalar(leastEnergy, 'float32');
  const logs = ops.log(g, ops.add(g, ops.concat(g, [variances, energies], 1), least));
  // Maps a deviation of a tenth to 0, and ten times as much to about 1.
  const scaled = ops.add(g, ops.mul(g, logs, g.scalar(0.25, 'float32')), g.scalar(0.5, 'float32'));
  return ops.concat(g, [colours, scaled], 1);
}

/** 3×3 means at half the size; pixels outside do not count. */
function halved(g: GraphBuilder, x: string): string {
  const { kernel, strides } = halving;
  return g.node('AveragePool', [x], {
    kernel_shape: { ints: kernel },
    strides: { ints: strides },
    pads: { ints: [1, 1, 1, 1] },
    count_include_pad: { int: 0 },
  })[0]!;
}

/** A sensor, the image it looks at, and the name of its result. */
export interface EmitAuto {
  /** Its labels are in the order of the weights. */
  readonly sensor: Sensor;
  readonly image: Pick<SensorImage, 'value' | 'layout' | 'dataType'>;
  /** Exact name of the found weights, float32 (B,T), 0 to 1. */
  readonly output: string;
}

/**
 * The steering weights, float32 (B,T): each row of the caller's that is above zero, and for the
 * others what the sensor is sure of; all zero if it finds nothing. A single row counts for every
 * image.
 *
 * @param degradation float32 (B or 1, T)
 */
export function emitAuto(
  g: GraphBuilder,
  degradation: string,
  { sensor, image, output }: EmitAuto,
): string {
  const { value, layout, dataType } = image;
  const wide = ops.toFloat32(g, value, dataType);
  const planes = layout === 'NHWC' ? ops.transpose(g, wide, [0, 3, 1, 2]) : wide;
  const logits = emitSensor(g, planes, sensor.config, (name) => {
    const { dims, data } = sensor.tensors.get(name)!;
    return { kind: 'fixed', dims, data };
  });
  const { labels, sure: sureness } = sensor.config;
  const each = labels.map((label) => thresholdsOf(sureness, label));
  const row = (values: readonly number[]) =>
    sureness.labels ? g.floats(values, [labels.length]) : g.scalar(values[0]!, 'float32');
  const over = ops.sub(g, ops.sigmoid(g, logits), row(each.map(({ from }) => from)));
  const share = ops.mul(g, over, row(each.map(({ from, full }) => 1 / (full - from))));
  const sure = ops.clip(g, share, { min: 0, max: 1 });
  const found = ops.identity(g, sure, { output });
  const given = ops.greater(g, ops.reduceSum(g, degradation, [1]), g.scalar(0, 'float32'));
  return ops.where(g, given, degradation, found);
}
