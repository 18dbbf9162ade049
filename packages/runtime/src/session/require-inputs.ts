import { extendGraph, type Model, readTensor } from '@pip-graft/onnx-graft';
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
  const fragment = { nodes: [], initializers: [] };
  const fed = dropped.map(({ name }) => name);
  return { model: extendGraph(model, { fragment, fed }), defaults };
}
