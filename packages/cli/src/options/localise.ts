import type { Backbone } from '@pip-graft/backbones';
import { GraftError } from '@pip-graft/onnx-graft';

/**
 * A NAFNet in its local variant, whose attention sees only so much around each pixel.
 *
 * Errors: `INVALID_ARGUMENT` for another family.
 *
 * @param size height and width of the pictures that it was trained on; left out, the network as it is
 */
export function localise(
  backbone: Backbone,
  size: readonly [number, number] | undefined,
): Backbone {
  if (size === undefined) return backbone;
  if (backbone.family === 'nafnet') {
    return { ...backbone, config: { ...backbone.config, local: size } };
  }
  throw new GraftError(
    'INVALID_ARGUMENT',
    `--local is a variant of NAFNet, and the checkpoint holds ${backbone.family}.`,
  );
}
