import type { Random } from '@pip-graft/weights';
import { applyNoise } from './gaussian-noise.ts';
import { drawIn, type Range } from './range.ts';

/** Ranges that {@link cameraBlur} draws from. */
export interface BlurRanges {
  /** Distance that the camera moves, in pixels. */
  readonly length: Range;
  /** Radius of an unfocused point, in pixels. */
  readonly radius: Range;
  /** Deviation of the noise added afterwards, in levels of 255. */
  readonly noise: Range;
}

export const blurRanges: BlurRanges = { length: [3, 25], radius: [0.7, 4], noise: [0, 2] };

/** Returns how many pixels {@link cameraBlur} reaches beyond a pixel. */
export function blurReach({ length, radius }: BlurRanges = blurRanges): number {
  return Math.ceil(Math.max(length[1] / 2, radius[1])) + 1;
}

/**
 * Blurs as a shaken camera in seven of ten cases, else as an unfocused one, and adds a little
 * noise. Half are averaged as light, half as values, like the frames of GoPro (Nah et al. 2017).
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

/**
 * Returns the kernel of an unfocused lens: a disc of `radius` pixels, with pixels of the rim
 * weighted by cover.
 */
export function discKernel(radius: number): Kernel {
  const reach = Math.ceil(radius);
  const pixels: KernelPixel[] = [];
  for (let dy = -reach; dy <= reach; dy++) {
    for (let dx = -reach; dx <= reach; dx++) {
      const share = Math.min(1, Math.max(0, radius + 0.5 - Math.hypot(dx, dy)));
      pixels.push({ dx, dy, share });
    }
  }
  return wholeKernel(pixels);
}

/**
 * Returns the kernel of a shaken camera: a smooth random path of `length` pixels, straight or bent,
 * with varying speed. The middle of the box around the path is at 0.
 *
 * @example motionKernel(15, new Random(7))
 */
export function motionKernel(length: number, random: Random): Kernel {
  const steps = Math.max(2, Math.ceil(2 * length));
  let angle = random.uniform(0, 2 * Math.PI);
  // Radians by which the path turns from end to end: often few, seldom a full U-turn.
  const turn = random.normal(0, 1.3) / steps;
  const shake = random.uniform(0, 0.15);
  const rate = random.uniform(0, 0.7);
  const phase = random.uniform(0, 2 * Math.PI);
  const path = [{ x: 0, y: 0 }];
  for (let step = 0; step < steps; step++) {
    const { x, y } = path[step]!;
    path.push({
      x: x + (Math.cos(angle) * length) / steps,
      y: y + (Math.sin(angle) * length) / steps,
    });
    angle += turn + random.normal(0, shake);
  }
  const [xs, ys] = [path.map(({ x }) => x), path.map(({ y }) => y)];
  const across = (Math.min(...xs) + Math.max(...xs)) / 2;
  const down = (Math.min(...ys) + Math.max(...ys)) / 2;
  const shares = new Map<string, { dx: number; dy: number; share: number }>();
  for (const [step, { x, y }] of path.entries()) {
    const stay = 1 + rate * Math.sin(phase + (4 * step) / steps);
    splat(shares, x - across, y - down, stay);
  }
  return wholeKernel([...shares.values()]);
}

/** Distributes an amount among the four pixels around a position. */
function splat(
  shares: Map<string, { dx: number; dy: number; share: number }>,
  x: number,
  y: number,
  amount: number,
): void {
  for (const dy of [Math.floor(y), Math.floor(y) + 1]) {
    for (const dx of [Math.floor(x), Math.floor(x) + 1]) {
      const key = `${dx} ${dy}`;
      const pixel = shares.get(key) ?? { dx, dy, share: 0 };
      pixel.share += amount * (1 - Math.abs(x - dx)) * (1 - Math.abs(y - dy));
      shares.set(key, pixel);
    }
  }
}

/** Pixels around the middle with their shares, which sum to 1. */
type Kernel = readonly KernelPixel[];

interface KernelPixel {
  readonly dx: number;
  readonly dy: number;
  readonly share: number;
}

/** Scales shares to sum to 1, and drops pixels without a share. */
function wholeKernel(pixels: Kernel): Kernel {
  const total = pixels.reduce((sum, { share }) => sum + share, 0);
  return pixels
    .filter(({ share }) => share > 0)
    .map(({ dx, dy, share }) => ({ dx, dy, share: share / total }));
}

/**
 * Computes the mean of the pixels around each pixel, weighted by share; edges are repeated.
 *
 * @param power values are raised to this power before averaging: 2 is close to light, 1 the values
 * themselves.
 */
export function applyKernel(
  planes: Float32Array,
  width: number,
  height: number,
  kernel: Kernel,
  power: 1 | 2 = 1,
): Float32Array {
  const reach = Math.max(0, ...kernel.flatMap(({ dx, dy }) => [Math.abs(dx), Math.abs(dy)]));
  const [wide, high] = [width + 2 * reach, height + 2 * reach];
  const columns = Int32Array.from({ length: wide }, (_, x) => clamped(x - reach, width));
  const light = new Float32Array(wide * high);
  const blurred = new Float32Array(planes.length);
  // Four pixels of the kernel at a time, so that a sum is read and written once for all four.
  const taps = [...kernel, ...none.slice(0, (4 - (kernel.length % 4)) % 4)].map(
    ({ dx, dy, share }) => ({
      from: (dy + reach) * wide + dx + reach,
      share,
    }),
  );
  for (let plane = 0; plane < planes.length; plane += width * height) {
    for (let y = 0; y < high; y++) {
      const row = plane + clamped(y - reach, height) * width;
      for (let x = 0; x < wide; x++) {
        const value = planes[row + columns[x]!]!;
        light[y * wide + x] = power === 1 ? value : value * value;
      }
    }
    for (let four = 0; four < taps.length; four += 4) {
      const [a, b, c, d] = [taps[four]!, taps[four + 1]!, taps[four + 2]!, taps[four + 3]!];
      for (let y = 0; y < height; y++) {
        const [to, at] = [plane + y * width, y * wide];
        const [from1, from2, from3, from4] = [at + a.from, at + b.from, at + c.from, at + d.from];
        for (let x = 0; x < width; x++) {
          blurred[to + x]! +=
            a.share * light[from1 + x]! +
            b.share * light[from2 + x]! +
            c.share * light[from3 + x]! +
            d.share * light[from4 + x]!;
        }
      }
    }
  }
  return power === 1 ? blurred : blurred.map(Math.sqrt);
}

/** Up to three pixels that add nothing. */
const none: Kernel = Array.from({ length: 3 }, () => ({ dx: 0, dy: 0, share: 0 }));

function clamped(at: number, size: number): number {
  return Math.min(size - 1, Math.max(0, at));
}
