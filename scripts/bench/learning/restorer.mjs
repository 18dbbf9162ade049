import { runModel } from '../../../packages/runtime/dist/index.js';
import { float32Tensor } from '../../../packages/weights/dist/index.js';

/** (picture, row) => planes, limited to 0 … 1, of a session of a learner's model; `feeds`: its parameters. */
export function restorer(session, { image, steering }, feeds) {
  return async ({ input }, row) => {
    const made = await runModel(session, {
      ...feeds,
      [image.name]: float32Tensor([1, 3, input.height, input.width], input.data),
      ...(row ? steered(steering, row) : {}),
    });
    const [output] = Object.values(made);
    return output.data.map((value) => Math.min(1, Math.max(0, value)));
  };
}

function steered(steering, row) {
  return {
    [steering.degradation]: float32Tensor([1, row.length], Float32Array.from(row)),
    [steering.strength]: float32Tensor([], Float32Array.of(1)),
  };
}
