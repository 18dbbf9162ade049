import { runModel } from '../../../packages/runtime/dist/index.js';
import { float32Tensor } from '../../../packages/weights/dist/index.js';
import { present } from '../../present.mjs';

/** @import { ImageInput } from '../../../packages/onnx-graft/dist/index.js' */
/** @typedef {{ degradation: string, strength: string }} Steering */

/**
 * Returns (picture, row) => planes, limited to 0 … 1, which runs a session of a learner's model.
 *
 * @param {import('../../../packages/runtime/dist/index.js').Session} session
 * @param {{ image: ImageInput | undefined, steering?: Steering | null }} learner
 * @param {import('../../../packages/weights/dist/index.js').TensorFeeds} feeds its parameters
 */
export function restorer(session, { image, steering }, feeds) {
  const { name } = present(image, 'the image input');
  return async ({ input }, row) => {
    const made = await runModel(session, {
      ...feeds,
      [name]: float32Tensor([1, 3, input.height, input.width], input.data),
      ...(row ? steered(present(steering, 'the steering inputs'), row) : {}),
    });
    const [output] = Object.values(made);
    const planes = /** @type {Float32Array} */ (output.data);
    return planes.map((value) => Math.min(1, Math.max(0, value)));
  };
}

/**
 * @param {Steering} steering
 * @param {readonly number[]} row
 */
function steered(steering, row) {
  return {
    [steering.degradation]: float32Tensor([1, row.length], Float32Array.from(row)),
    [steering.strength]: float32Tensor([], Float32Array.of(1)),
  };
}
