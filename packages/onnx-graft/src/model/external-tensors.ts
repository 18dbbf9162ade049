import * as argument from '../argument.ts';
import { GraftError } from '../error.ts';
import type { ByteSource } from '../wire/source.ts';
import { byteLengthOf } from './data-type.ts';
import type { Model, Tensor, TensorData } from './model.ts';
import { elementCount } from './read-tensor.ts';
import { type PlacedTensor, tensorsOf } from './tensors-of.ts';

type External = Extract<TensorData, { kind: 'external' }>;

/** A tensor whose elements are in another file. */
export interface ExternalTensor extends PlacedTensor {
  readonly data: External;
}

/** All tensors with external data, wherever a model may hold one. */
export function externalTensors(model: Model): ExternalTensor[] {
  return tensorsOf(model).flatMap((placed) => {
    const { data } = placed.tensor;
    return data.kind === 'external' ? [{ ...placed, data }] : [];
  });
}

/** Locations of the files that hold a model's external data. */
export function externalLocations(model: Model): ReadonlySet<string> {
  argument.requireModel(model, 'externalLocations');
  return model.locations?.() ?? new Set(externalTensors(model).map(({ data }) => data.location));
}

/** A file of a model's external data. Errors: `NOT_FOUND` if it is not available. */
export function dataFile({ source, external }: Model, location: string): ByteSource {
  if (external) return external.read(location);
  throw new GraftError(
    'NOT_FOUND',
    `${source.label}: its external data in '${location}' is not available; open the model from its file.`,
  );
}

/** Bytes that a tensor takes in its file; undefined if they run to the file's end. */
export function externalLength({ dataType, dims }: Tensor, data: External): number | undefined {
  return data.length ?? (dataType && byteLengthOf(dataType, elementCount(dims)));
}

/** The range of a file that holds a tensor's data. */
export function externalRange(
  { tensor, data }: ExternalTensor,
  source: ByteSource,
): { readonly source: ByteSource; readonly start: number; readonly end: number } {
  const start = data.offset;
  const length = externalLength(tensor, data);
  return { source, start, end: length === undefined ? source.size : start + length };
}
