import { GraftError } from '@pip-graft/onnx-graft';

/** Sizes of a U-Net of plain residual blocks. */
export interface UnetConfig {
  readonly imageChannels: number;
  /** Channels of each level, at 1/2, 1/4, 1/8, … of the image's size; the last is the middle's. */
  readonly widths: readonly number[];
  /** Blocks of each encoder level, 1/2 of the size first: one level fewer than there are widths. */
  readonly encoder: readonly number[];
  readonly middle: number;
  /** Blocks of each decoder level, smallest size first. */
  readonly decoder: readonly number[];
  /**
   * Whether it predicts a smooth gain and offset of the whole image, for haze and darkness, and sees
   * the image's dark channel, from which it also estimates haze by its physical model.
   */
  readonly light: boolean;
}

/**
 * `unet-medium`. The encoder's first level has one block: it computes the same for every label, and
 * a megapixel must take less than three CPU seconds with an adapter.
 */
export const unetDefaults: UnetConfig = {
  imageChannels: 3,
  widths: [48, 96, 128],
  encoder: [1, 2],
  middle: 2,
  decoder: [2, 2],
  light: true,
};

/** Rows and columns of an image are padded to a multiple of this. */
export function unetMultiple({ widths }: UnetConfig): number {
  return 2 ** widths.length;
}

/** Rejects impossible sizes: `INVALID_ARGUMENT`. */
export function checkUnetConfig({
  imageChannels,
  widths,
  encoder,
  middle,
  decoder,
}: UnetConfig): void {
  const fail = (what: string) => {
    throw new GraftError('INVALID_ARGUMENT', `unet: ${what}`);
  };
  if ([imageChannels, ...widths].some((count) => !Number.isInteger(count) || count < 1)) {
    fail('widths and channels must be whole numbers above zero.');
  }
  if ([middle, ...encoder, ...decoder].some((count) => !Number.isInteger(count) || count < 0)) {
    fail('blocks must be whole numbers, zero or more.');
  }
  const levels = widths.length - 1;
  if (levels < 1 || encoder.length !== levels || decoder.length !== levels) {
    fail(
      `${widths.length} widths, ${encoder.length} encoder levels and ${decoder.length} decoder levels; give one width more than levels of each, two at least.`,
    );
  }
}
