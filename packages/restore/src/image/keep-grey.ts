import type { Image } from '@pip-graft/imaging';
import { lumaOf } from './rgba.ts';

/** Whether an image has no colour: its three planes are equal, however its file stores them. */
export function isGrey({ data, width, height }: Image): boolean {
  const size = width * height;
  for (let at = 0; at < size; at++)
    if (data[at] !== data[size + at] || data[at] !== data[2 * size + at]) return false;
  return true;
}

/** Removes the tint that a network adds to an image without colour. */
export function keepGrey(source: Image, restored: Image): Image {
  // What was stored as grey is written as grey.
  if (source.origin?.grey === true || !isGrey(source)) return restored;
  const size = restored.width * restored.height;
  const data = new Float32Array(3 * size);
  const { data: from } = restored;
  for (let at = 0; at < size; at++)
    data[at] = lumaOf(from[at]!, from[size + at]!, from[2 * size + at]!);
  data.copyWithin(size, 0, size);
  data.copyWithin(2 * size, 0, size);
  return { ...restored, data };
}
