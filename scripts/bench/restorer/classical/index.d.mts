/** Planar RGB, 0 to 1. */
export interface Planes {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}

export declare const classical: Readonly<
  Record<string, Readonly<Record<string, (image: Planes) => Planes>>>
>;
