import { GraftError } from '../error.ts';
import type { Model } from '../model/model.ts';
import { readLater } from '../model/read-later.ts';
import { elementCount } from '../model/read-tensor.ts';
import { encodeTensor } from './encode.ts';
import { rewrite } from './rewrite.ts';

/**
 * Replaces the numbers of some float32 initializers; all other records keep their bytes.
 *
 * Errors: `INVALID_ARGUMENT` for a name that is not a float32 initializer, or a different number of
 * elements.
 *
 * @example
 * const trained = replaceWeights(model, new Map([['intro.weight', values]]));
 */
export function replaceWeights(model: Model, weights: ReadonlyMap<string, Float32Array>): Model {
  const { graph, source } = model;
  const edits = graph.initializers.flatMap((tensor) => {
    const values = weights.get(tensor.name);
    if (values === undefined) return [];
    const { name, dims, dataType, field } = tensor;
    if (dataType !== 'float32' || elementCount(dims) !== values.length)
      throw new GraftError(
        'INVALID_ARGUMENT',
        `${source.label}: '${name}' is ${dataType} of [${dims.join(', ')}], but there are ${values.length} float32 numbers to replace it.`,
      );
    const data = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    const pieces = encodeTensor({ name, dims, dataType, data });
    return [{ start: field.start, end: field.end, pieces, parents: [graph.field] }];
  });
  if (edits.length === weights.size)
    return readLater(rewrite(model, edits), { external: model.external });
  const known = new Set(graph.initializers.map(({ name }) => name));
  const odd = [...weights.keys()].find((name) => !known.has(name));
  throw new GraftError('INVALID_ARGUMENT', `${source.label}: it has no initializer '${odd}'.`);
}
