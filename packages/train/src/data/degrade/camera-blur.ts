import { addMotionBlur, imageOf } from '@pip-graft/runtime';
import type { Random } from '@pip-graft/weights';
import { defocusBlur } from './defocus-blur.ts';

/** Pixels that {@link cameraBlur} sees beyond a pixel. */
export const blurReach = 11;

/**
 * A shaken or an unfocused camera, one as likely as the other: a straight motion of 5 to 21 pixels in
 * any direction, or a disc with a radius of 1 to 5.
 *
 * @example cameraBlur(planes, 128, 128, new Random(7))
 */
export function cameraBlur(
  planes: Float32Array,
  width: number,
  height: number,
  random: Random,
): Float32Array {
  if (random.below(2) === 1) return defocusBlur(planes, width, height, random.uniform(1, 5));
  const [length, angle] = [random.uniform(5, 21), random.uniform(0, 180)];
  return addMotionBlur(imageOf(width, height, planes), length, angle).data;
}
