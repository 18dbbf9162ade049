import { GraftError } from '@pip-graft/onnx-graft';

/** Sizes of a NAFNet (docs/notes/backbones.md section 2). */
export interface NafnetConfig {
  readonly imageChannels: number;
  readonly width: number;
  /** Blocks of each encoder level, full size first. */
  readonly encoder: readonly number[];
  readonly middle: number;
  /** Blocks of each decoder level, smallest first; as many levels as in the encoder. */
  readonly decoder: readonly number[];
  /**
   * Height and width of its training images, for the variant that attends to a window 1.5 times as
   * large instead of the whole image (TLC, "NAFNetLocal"; the same weights). Null or undefined: the
   * whole image.
   */
  readonly local?: readonly [height: number, width: number] | null;
}

/** The published deblurring network of width 32: 17.11 M parameters. */
export const nafnetDefaults: NafnetConfig = {
  imageChannels: 3,
  width: 32,
  encoder: [1, 1, 1, 28],
  middle: 1,
  decoder: [1, 1, 1, 1],
};

/** Rejects impossible sizes: `INVALID_ARGUMENT`. */
export function checkNafnetConfig(config: NafnetConfig): void {
  const { imageChannels, width, encoder, middle, decoder, local } = config;
  const fail = (what: string) => {
    throw new GraftError('INVALID_ARGUMENT', `nafnet: ${what}`);
  };
  if ([imageChannels, width].some((count) => !Number.isInteger(count) || count < 1)) {
    fail('width and channels must be whole numbers above zero.');
  }
  if ([middle, ...encoder, ...decoder].some((count) => !Number.isInteger(count) || count < 0)) {
    fail('blocks must be whole numbers, zero or more.');
  }
  const smallest = 2 ** encoder.length;
  if (local?.some((size) => !Number.isInteger(size) || size < smallest)) {
    fail(
      `the training size must be whole numbers of ${smallest} or more; it is ${local.join(' x ')}.`,
    );
  }
  if (encoder.length === 0 || encoder.length !== decoder.length) {
    fail(
      `the encoder has ${encoder.length} levels and the decoder ${decoder.length}; there must be as many, one at least.`,
    );
  }
}
