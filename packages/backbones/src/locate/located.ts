import type {
  DataType,
  ImageLayout,
  ImageValues,
  RejectedSite,
  SkipSite,
} from '@pip-graft/onnx-graft';

/**
 * Networks known by structure; `unet` is any other with skip connections, even a `unet-*` preset.
 */
export type Family = 'restormer' | 'nafnet' | 'promptir' | 'unet' | 'unknown';

/** Result of locating: the sites, every rejected candidate and why, and the model's image. */
export interface Located {
  readonly family: Family;
  /** 0 to 1: the part of the family's profile that was seen. */
  readonly confidence: number;
  /** From the highest resolution to the lowest. */
  readonly sites: readonly SkipSite[];
  readonly rejected: readonly RejectedSite[];
  /** Rows and columns of an image must be multiples of this; 1 if the network pads itself. */
  readonly sizeMultiple: number;
  readonly warnings: readonly string[];
  /** Those about the file, which no option solves. */
  readonly fileWarnings: readonly string[];
  /** undefined if no input is an image. */
  readonly image: LocatedImage | undefined;
}

/** Input and output image. */
export interface ImageTensors {
  readonly input: string;
  readonly output: string | undefined;
  readonly layout: ImageLayout;
  readonly dataType: DataType | undefined;
  /** undefined if the file leaves them open. */
  readonly inputChannels: number | undefined;
  readonly outputChannels: number | undefined;
  /** Fixed sizes; undefined if the file leaves them open. */
  readonly height: number | undefined;
  readonly width: number | undefined;
}

/** A model's images and what its graph shows of their values. */
export interface LocatedImage extends ImageTensors {
  readonly values: ImageValues;
  /** Why they cannot be used without a choice of the range, and what to do. */
  readonly unfit: string | undefined;
  /** Other inputs to feed, in the order of the model's inputs. */
  readonly beside: readonly string[];
}
