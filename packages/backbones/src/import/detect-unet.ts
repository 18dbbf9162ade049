import { GraftError } from '@pip-graft/onnx-graft';
import type { UnetConfig } from '../networks/unet-config.ts';
import type { Shapes } from './shapes.ts';

/** Each level halves the image; the presets have two. */
const mostLevels = 8;

/** Pixels of a block that the first convolution reads as channels. */
const blockPixels = 4;

/** A residual block has two convolutions with biases; one tensor may be missing. */
const namesOfBlock = 3;

/**
 * NAFNet has some of these names; its `ups` hold one convolution each; `middle_blks` is its middle.
 */
export function isUnet(shapes: Shapes): boolean {
  return ['intro.weight', 'ending.weight', 'ups.0.weight', 'downs.0.weight'].every((name) =>
    shapes.has(name),
  );
}

/** Sizes of a U-Net of residual blocks. Errors: `CORRUPT_FILE`. */
export function detectUnet(shapes: Shapes): UnetConfig {
  const levels = shapes.count('downs');
  if (levels > mostLevels) {
    throw new GraftError(
      'CORRUPT_FILE',
      `${shapes.label}: it has ${levels} levels; at most ${mostLevels} are built.`,
    );
  }
  const perLevel = (name: string) =>
    Array.from({ length: levels }, (_, level) => shapes.blocks(`${name}.${level}`, namesOfBlock));
  const wider = Array.from({ length: levels }, (_, level) =>
    shapes.size(`downs.${level}.weight`, 4, 0),
  );
  return {
    imageChannels: shapes.channels('intro.weight', 1) / blockPixels,
    widths: [shapes.channels('intro.weight', 0), ...wider],
    encoder: perLevel('encoders'),
    middle: shapes.blocks('middle', namesOfBlock),
    decoder: perLevel('decoders'),
    light: shapes.has('light.0.weight'),
  };
}
