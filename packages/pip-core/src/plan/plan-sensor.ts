import { type FloatType, GraftError, type ImageLayout, mainImage } from '@pip-graft/onnx-graft';
import { checkSensor } from '../sensor/sensor.ts';
import type { PlanRequest } from './plan-request.ts';

/** The image that a sensor looks at. */
export interface SensorImage {
  /** Name of the graph input. */
  readonly value: string;
  readonly layout: ImageLayout;
  readonly dataType: FloatType;
  /** As in the model; null if unknown. */
  readonly batch: number | string | null;
}

/**
 * Checks that the sensor of a request can be added to the model.
 *
 * Errors: `INVALID_ARGUMENT` with a fixed degradation; `ADAPTER_INVALID`; `ADAPTER_MISMATCH` for
 * labels other than the adapters'; those of {@link sensorImage}.
 */
export function planSensor(
  { model, options = {} }: Pick<PlanRequest, 'model' | 'options'>,
  labels: readonly string[],
): void {
  const { auto, bake } = options;
  if (auto === undefined) return;
  if (bake !== undefined)
    throw new GraftError(
      'INVALID_ARGUMENT',
      'A degradation that is fixed leaves a sensor nothing to find: give a sensor, or bake the degradation.',
    );
  checkSensor(auto);
  const own = auto.config.labels;
  const missing = labels.filter((label) => !own.includes(label));
  const extra = own.filter((label) => !labels.includes(label));
  if (missing.length + extra.length > 0) {
    const which = [
      ...(missing.length > 0 ? [`does not know ${missing.join(', ')}`] : []),
      ...(extra.length > 0 ? [`also tells ${extra.join(', ')}, which no adapter has`] : []),
    ];
    throw new GraftError(
      'ADAPTER_MISMATCH',
      `sensor '${auto.name}': it ${which.join(' and ')}; train one for exactly the adapters' labels (${labels.join(', ')}).`,
    );
  }
  sensorImage(model);
}

/** The image of a host. Errors: `UNSUPPORTED_HOST` unless it has three float channels. */
export function sensorImage(model: PlanRequest['model']): SensorImage {
  const image = mainImage(model);
  const label = model.source.label;
  const refuse = (problem: string): never => {
    throw new GraftError(
      'UNSUPPORTED_HOST',
      `${label}: a sensor looks at an image of three channels in float32 or float16; ${problem}.`,
    );
  };
  if (!image) return refuse('the model has no input that is one');
  const { name, layout, dims } = image;
  const dataType = model.graph.inputs.find((input) => input.name === name)?.dataType;
  const channels = dims[layout.indexOf('C')];
  if (typeof channels === 'number' && channels !== 3)
    return refuse(`'${name}' has ${channels} channels`);
  if (dataType !== 'float32' && dataType !== 'float16')
    return refuse(`'${name}' is of ${dataType ?? 'an unknown type'}`);
  return { value: name, layout, dataType, batch: dims[0] ?? null };
}
