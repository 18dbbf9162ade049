import type { HostImage } from '@pip-graft/pip-core';

/** How images get into a model and out of it. */
export type Door = Omit<HostImage, 'sizeMultiple'>;

/** What a caller says of it. */
export interface DoorOptions {
  /** Range of the values on both sides; default: what the graph shows, or a run on an image. */
  readonly range?: '0..1' | '0..255' | '-1..1' | undefined;
  /** Values of further inputs, such as a noise level; default: those in the stamp. */
  readonly feeds?: Readonly<Record<string, number>> | undefined;
}
