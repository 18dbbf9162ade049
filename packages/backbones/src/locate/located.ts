import type {
  DataType,
  ImageLayout,
  ImageValues,
  RejectedSite,
  SkipSite,
} from '@pip-graft/onnx-graft';

/**
 * The networks that are known by structure; `unet` is any other network with skip connections, the
 * `unet-*` presets among them.
 */
export type Family = 'restormer' | 'nafnet' | 'promptir' | 'unet' | 'unknown';

/** What locating found: the sites, every rejected candidate and why, and what the model takes. */
export interface Located {
  readonly family: Family;
  /** 0 to 1: how much of the family's profile was seen. */
  readonly confidence: number;
  /** From the highest resolution to the lowest. */
  readonly sites: readonly SkipSite[];
  readonly rejected: readonly RejectedSite[];
  /** Rows and columns of an image must be multiples of this; 1 when the network pads itself. */
  readonly sizeMultiple: number;
  readonly warnings: readonly string[];
  /** undefined when no input is an image. */
  readonly image: LocatedImage | undefined;
}

/** The image that goes in and the one that comes out. */
export interface ImageTensors {
  readonly input: string;
  readonly output: string | undefined;
  readonly layout: ImageLayout;
  readonly dataType: DataType | undefined;
  /** undefined when the file leaves them open. */
  readonly inputChannels: number | undefined;
  readonly outputChannels: number | undefined;
  /** Fixed sizes; undefined when the file leaves them open. */
  readonly height: number | undefined;
  readonly width: number | undefined;
}

/** The images of a model, with what the graph shows of their values. */
export interface LocatedImage extends ImageTensors {
  readonly values: ImageValues;
  /** What else has to be fed, in the order of the model's inputs. */
  readonly beside: readonly string[];
}
