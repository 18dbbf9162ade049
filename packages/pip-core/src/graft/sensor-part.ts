import { graphFacts, type Model } from '@pip-graft/onnx-graft';
import type { GraftRecord } from './graft-record.ts';
import { partBefore } from './part-before.ts';

/**
 * The sensor of a grafted model alone, from the image to the weights that it finds: a small part of
 * what the model computes. undefined without a sensor.
 */
export function sensorPart(model: Model, { auto }: GraftRecord): Model | undefined {
  const found = model.graph.outputs.find(({ name }) => name === auto?.output);
  return found && partBefore(model, graphFacts(model), [found.name], [found.name]);
}
