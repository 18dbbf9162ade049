import type { Random } from '@pip-graft/weights';
import { discKernel } from './disc-kernel.ts';
import { applyNoise } from './gaussian-noise.ts';
import { applyKernel } from './kernel.ts';
import { motionKernel } from './motion-kernel.ts';
import { drawIn, type Range } from './range.ts';

/** What {@link cameraBlur} draws from. */
export interface BlurRanges {
  /** Pixels that the camera moves. */
  readonly length: Range;
  /** Radius of a point out of focus, in pixels. */
  readonly radius: Range;
  /** Deviation of the noise after it, in levels of 255. */
  readonly noise: Range;
}

export const blurRanges: BlurRanges = { length: [3, 25], radius: [0.7, 4], noise: [0, 2] };

/** Pixels that {@link cameraBlur} sees beyond a pixel. */
export function blurReach({ length, radius }: BlurRanges = blurRanges): number {
  return Math.ceil(Math.max(length[1] / 2, radius[1])) + 1;
}

/**
 * A shaken camera in seven of ten, an unfocused one in the others, and a little noise. Half are
 * averaged as light, half as values, as the frames of GoPro (Nah et al. 2017) are.
 *
 * @example cameraBlur(planes, 128, 128, new Random(7))
 */
export function cameraBlur(
  planes: Float32Array,
  width: number,
  height: number,
  random: Random,
  ranges: BlurRanges = blurRanges,
): Float32Array {
  const kernel =
    random.uniform() < 0.7
      ? motionKernel(drawIn(ranges.length, random), random)
      : discKernel(drawIn(ranges.radius, random));
  const power = random.below(2) === 0 ? 1 : 2;
  const sigma = drawIn(ranges.noise, random);
  const blurred = applyKernel(planes, width, height, kernel, power);
  return applyNoise(blurred, { width, height, sigma, kind: 'white' }, random);
}
