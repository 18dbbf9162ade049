import type { Model } from '@pip-graft/onnx-graft';
import { readGraft } from '@pip-graft/pip-core';

/** Names of the inputs that a graft added to a model; none when it has no graft, or a baked one. */
export function graftInputs(model: Model): readonly string[] {
  return Object.values(readGraft(model)?.inputs ?? {});
}
