import { type GraphBuilder, ops } from '@pip-graft/onnx-graft';
import type { SensorConfig } from '../sensor/sensor-config.ts';
import { sensorKernel, sensorNames } from '../sensor/sensor-parameters.ts';
import { asValue, reshapeWeight, type Weight } from './weight.ts';

/** A picture's numbers, 0 to 1, are brought around 0 and to a deviation near 1. */
const pictureMiddle = 0.5;
const pictureGain = 4;

/**
 * A sensor on a picture: convolutions of stride 2 with GELU, the mean over the picture, and one
 * number for each label. Any height and width; nothing depends on the rest of the batch.
 *
 * @param image float32 (B,3,H,W), 0 to 1
 * @param weight a parameter by its name: numbers for a graft, a value of the graph for training
 * @returns logits, float32 (B,T)
 */
export function emitSensor(
  g: GraphBuilder,
  image: string,
  { labels, widths }: SensorConfig,
  weight: (name: string) => Weight,
): string {
  const middle = g.scalar(pictureMiddle, 'float32');
  let x = ops.mul(g, ops.sub(g, image, middle), g.scalar(pictureGain, 'float32'));
  for (const at of widths.keys()) {
    const inner = g.scope(`conv${at + 1}`);
    const kernel = asValue(inner, 'weight', weight(sensorNames.weight(at)));
    const bias = asValue(inner, 'bias', weight(sensorNames.bias(at)));
    const convolved = ops.conv(inner, x, kernel, {
      ...{ bias, kernel: [sensorKernel, sensorKernel] },
      ...{ strides: [2, 2], pads: [1, 1, 1, 1] },
    });
    x = ops.gelu(inner, convolved);
  }
  const inner = g.scope('linear');
  const mean = ops.globalAveragePool(inner, x);
  const shaped = [labels.length, widths.at(-1)!, 1, 1];
  const rows = asValue(
    inner,
    'weight',
    reshapeWeight(inner, weight(sensorNames.linear.weight), shaped),
  );
  const bias = asValue(inner, 'bias', weight(sensorNames.linear.bias));
  const logits = ops.conv(inner, mean, rows, { bias, kernel: [1, 1] });
  return ops.reshape(inner, logits, [0, labels.length]);
}
