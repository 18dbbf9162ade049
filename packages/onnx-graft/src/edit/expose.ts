import type { Model } from '../model/model.ts';
import { readLater } from '../model/read-later.ts';
import { encodeBareOutput } from './encode.ts';
import { rewrite } from './rewrite.ts';

/**
 * A model with inner values as further outputs, typed by the runtime's inference.
 *
 * @example
 * exposeValues(model, ['/encoder/Add_output_0']);
 */
export function exposeValues(model: Model, names: readonly string[]): Model {
  const { graph } = model;
  const present = new Set(graph.outputs.map((output) => output.name));
  const pieces = names.filter((name) => !present.has(name)).map(encodeBareOutput);
  const end = graph.field.end;
  return readLater(
    rewrite(model, [{ start: end, end, pieces, parents: [graph.field] }]),
    model.external,
  );
}
