import {
  encodeField,
  type Model,
  type Piece,
  pieceSource,
  readModel,
  readTensor,
  type Tensor,
} from '@pip-graft/onnx-graft';
import type { TypedTensor } from '@pip-graft/weights';
import { decodeFloats } from '@pip-graft/weights';

/** A model with some default values removed, and these values. */
export interface RequiredInputs {
  readonly model: Model;
  readonly defaults: ReadonlyMap<string, TypedTensor>;
}

/**
 * Removes the default values (initializers) of some inputs, so that they become required; undefined if
 * none has a default.
 *
 * onnxruntime-node lists only inputs without a default and silently ignores values for the others
 * (measured, 1.30.0). Only float32 defaults count: the settings of a graft. Weights that old exporters
 * list as inputs are not named by the caller and stay.
 */
export function requireInputs(model: Model, names: readonly string[]): RequiredInputs | undefined {
  const inputs = new Set(model.graph.inputs.map((input) => input.name));
  const dropped = model.graph.initializers.filter(
    ({ name, dataType }) => names.includes(name) && inputs.has(name) && dataType === 'float32',
  );
  if (dropped.length === 0) return undefined;
  const defaults = new Map<string, TypedTensor>();
  for (const tensor of dropped) {
    const data = decodeFloats(readTensor(model, tensor), 'float32');
    defaults.set(tensor.name, { type: 'float32', dims: tensor.dims, data });
  }
  return { model: without(model, dropped), defaults };
}

/** The model without some initializers, as pieces of the original. */
function without(model: Model, dropped: readonly Tensor[]): Model {
  const { source, external } = model;
  const { field } = model.graph;
  const range = (start: number, end: number): Piece => ({ source, start, end });
  const body: Piece[] = [];
  let at = field.body;
  for (const gap of dropped.map((tensor) => tensor.field).sort((a, b) => a.start - b.start)) {
    body.push(range(at, gap.start));
    at = gap.end;
  }
  body.push(range(at, field.end));
  const pieces = [
    range(0, field.start),
    ...encodeField(field.number, body),
    range(field.end, source.size),
  ];
  return { ...readModel(pieceSource(pieces, source.label)), external };
}
