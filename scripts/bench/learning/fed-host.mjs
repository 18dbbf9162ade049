import { replaceWeights } from '../../../packages/onnx-graft/dist/index.js';
import { float32Tensor } from '../../../packages/weights/dist/index.js';

/**
 * A learner's model with what it learned: fed if parameters are inputs, else stored in the model.
 */
export function fedHost({ model, steering, unread = new Map() }, tensors) {
  if (steering) {
    const feeds = [...tensors, ...unread].map(([name, { dims, data }]) => [
      name,
      float32Tensor(dims, data),
    ]);
    return { model, feeds: Object.fromEntries(feeds) };
  }
  /** @type {Map<string, Float32Array>} */
  const weights = new Map();
  for (const [name, { data }] of tensors) weights.set(name, data);
  return { model: replaceWeights(model, weights), feeds: {} };
}
