import { type GraphBuilder, ops } from '@pip-graft/onnx-graft';
import type { SensorImage } from '../plan/plan-sensor.ts';
import type { Sensor } from '../sensor/sensor.ts';
import { emitSensor } from './emit-sensor.ts';

/** A sensor, what it looks at, and the name of what it finds. */
export interface EmitAuto {
  /** With its labels in the order of the weights. */
  readonly sensor: Sensor;
  readonly image: Pick<SensorImage, 'value' | 'layout' | 'dataType'>;
  /** Exact name of the weights that are found, float32 (B,T), 0 to 1. */
  readonly output: string;
}

/**
 * The weights that steer, float32 (B,T): each row of the caller's that is above zero, and for the
 * others what the sensor is sure of; all zero where it finds nothing. A row for all images counts for
 * each of them.
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
  const { from, full } = sensor.config.sure;
  const over = ops.sub(g, ops.sigmoid(g, logits), g.scalar(from, 'float32'));
  const share = ops.mul(g, over, g.scalar(1 / (full - from), 'float32'));
  const sure = ops.clip(g, share, { min: 0, max: 1 });
  const found = ops.identity(g, sure, { output });
  const given = ops.greater(g, ops.reduceSum(g, degradation, [1]), g.scalar(0, 'float32'));
  return ops.where(g, given, degradation, found);
}
