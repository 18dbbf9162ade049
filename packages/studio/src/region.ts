import type { Size } from './view.ts';

/** A part of an image, in its pixels. */
export interface Region extends Size {
  readonly x: number;
  readonly y: number;
}

/** Longest side of a region: it is restored four times, so it must be small. */
const longest = 512;

/** Returns the part of an image around a point that fills a pane at 100 %, within the image. */
export function regionOf(
  image: Size,
  pane: Size,
  centre: { readonly x: number; readonly y: number },
): Region {
  const side = (of: number, room: number): number =>
    Math.max(1, Math.min(of, longest, Math.round(room)));
  const [width, height] = [side(image.width, pane.width), side(image.height, pane.height)];
  const start = (of: number, length: number, middle: number): number =>
    Math.round(Math.min(of - length, Math.max(0, middle - length / 2)));
  return {
    x: start(image.width, width, centre.x),
    y: start(image.height, height, centre.y),
    width,
    height,
  };
}
