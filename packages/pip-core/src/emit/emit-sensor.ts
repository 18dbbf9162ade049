import { type GraphBuilder, ops } from '@pip-graft/onnx-graft';
import type { SensorConfig } from '../sensor/sensor-config.ts';
import { sensorKernel, sensorMeasures, sensorNames } from '../sensor/sensor-parameters.ts';
import { asValue, reshapeWeight, type Weight } from './weight.ts';

/** An image's numbers, 0 to 1, are brought around 0 and to a deviation near 1. */
const imageMiddle = 0.5;
const imageGain = 4;

/** Added to a variance: below a deviation of 0.003, an eighth of a step of 8 bits, nothing is told apart. */
const leastVariance = 1e-5;

/**
 * A sensor on an image: convolutions of stride 2 with GELU; the mean and the deviation over the image
 * of each colour and of each channel on the way; one hidden layer; one number for each label.
 *
 * Deviations are what noise, streaks and blur change, each at its own scale, wherever they are in an
 * image and however large that is. They enter as logarithms: their ratios from scale to scale, which
 * tell noise from texture and blur from distance, are differences then. Edges are repeated, so that
 * there is no frame. Any height and width; nothing depends on the rest of the batch.
 *
 * @param image float32 (B,3,H,W), 0 to 1
 * @param weight a parameter by its name: numbers for a graft, a value of the graph for training
 * @returns logits, float32 (B,T)
 */
export function emitSensor(
  g: GraphBuilder,
  image: string,
  { labels, widths, hidden }: SensorConfig,
  weight: (name: string) => Weight,
): string {
  const middle = g.scalar(imageMiddle, 'float32');
  let x = ops.mul(g, ops.sub(g, image, middle), g.scalar(imageGain, 'float32'));
  const measured = measure(g.scope('colours'), x);
  for (const at of widths.keys()) {
    const inner = g.scope(`conv${at + 1}`);
    const kernel = asValue(inner, 'weight', weight(sensorNames.weight(at)));
    const bias = asValue(inner, 'bias', weight(sensorNames.bias(at)));
    const framed = ops.pad(inner, x, [0, 0, 1, 1, 0, 0, 1, 1], { mode: 'edge' });
    const window = { kernel: [sensorKernel, sensorKernel], strides: [2, 2] };
    x = ops.gelu(inner, ops.conv(inner, framed, kernel, { bias, ...window }));
    measured.push(...measure(inner, x));
  }
  const row = (name: 'hidden' | 'linear', value: string, size: readonly [number, number]) => {
    const inner = g.scope(name);
    const names = sensorNames[name];
    const rows = reshapeWeight(inner, weight(names.weight), [...size, 1, 1]);
    const bias = asValue(inner, 'bias', weight(names.bias));
    return ops.conv(inner, value, asValue(inner, 'weight', rows), { bias, kernel: [1, 1] });
  };
  const measures = ops.concat(g, measured, 1);
  const between = ops.gelu(g, row('hidden', measures, [hidden, sensorMeasures(widths)]));
  const logits = row('linear', between, [labels.length, hidden]);
  return ops.reshape(g, logits, [0, labels.length]);
}

/** Mean over the image and 0.5 + log(deviation) / 2 of each channel, each (B,C,1,1). */
function measure(g: GraphBuilder, x: string): string[] {
  const half = g.scalar(0.5, 'float32');
  const mean = ops.globalAveragePool(g, x);
  const away = ops.sub(g, x, mean);
  const variance = ops.globalAveragePool(g, ops.mul(g, away, away));
  const log = ops.log(g, ops.add(g, variance, g.scalar(leastVariance, 'float32')));
  return [mean, ops.add(g, ops.mul(g, log, g.scalar(0.25, 'float32')), half)];
}
