import { GraftError } from '../error.ts';
import type { Model } from '../model/model.ts';
import { readLater, sameData } from '../model/read-later.ts';
import { encodeValueInfo } from './encode.ts';
import { type Edit, rewrite } from './rewrite.ts';

/**
 * Fixes the shape of some inputs of a model: with all sizes known, runtimes fold away the shape
 * arithmetic. What the file declares for other values stays.
 *
 * Errors: `INVALID_ARGUMENT` for a name that is not an input, or an input of unknown type.
 *
 * @example
 * fixInputDims(model, { input: [1, 3, 256, 256] });
 */
export function fixInputDims(
  model: Model,
  dims: Readonly<Record<string, readonly number[]>>,
): Model {
  const { graph, source } = model;
  const edits = Object.entries(dims).map(([name, fixed]): Edit => {
    const input = graph.inputs.find((candidate) => candidate.name === name);
    if (input?.dataType === undefined) {
      throw new GraftError(
        'INVALID_ARGUMENT',
        `${source.label}: '${name}' is not an input of a known type; it has ${graph.inputs.map((each) => `'${each.name}'`).join(', ')}.`,
      );
    }
    const { field, dataType } = input;
    const bytes = encodeValueInfo({ name, dataType, dims: fixed }, 'input');
    return { start: field.start, end: field.end, pieces: [bytes], parents: [graph.field] };
  });
  return edits.length === 0 ? model : readLater(rewrite(model, edits), sameData(model));
}
