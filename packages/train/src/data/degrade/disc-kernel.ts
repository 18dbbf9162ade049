import { type Kernel, type KernelPixel, wholeKernel } from './kernel.ts';

/** An unfocused lens: a disc of `radius` pixels, whose rim of one pixel's width counts by its cover. */
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
