import type { Model } from '@pip-graft/onnx-graft';
import { readGraft } from '@pip-graft/pip-core';
import { float32Tensor, type TypedTensor } from '@pip-graft/weights';

/**
 * The inputs that a graft added to a model, with their defaults from the stamp; empty without a graft
 * or with a baked one.
 */
export function graftDefaults(model: Model): ReadonlyMap<string, TypedTensor> {
  const graft = readGraft(model);
  if (graft?.inputs == null) return new Map();
  const { inputs, labels, defaultDegradation } = graft;
  return new Map<string, TypedTensor>([
    [inputs.degradation, float32Tensor([1, labels.length], defaultDegradation)],
    [inputs.strength, float32Tensor([], [1])],
  ]);
}
