/** The ranges that image values have in files. */
export const imageRanges = ['0..1', '0..255', '-1..1'] as const;

export type ImageRange = (typeof imageRanges)[number];

/** The values of an image where it enters or leaves a model. */
export interface ImageSide {
  /** null where the graph does not show it. */
  readonly range: ImageRange | null;
  readonly order: 'rgb' | 'bgr';
}

/** The values of the image that a model takes, and of the one that it makes. */
export interface ImageValues {
  readonly input: ImageSide;
  readonly output: ImageSide;
}
