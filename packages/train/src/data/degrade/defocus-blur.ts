/**
 * An unfocused lens: the mean over a disc of `radius` pixels, whose rim counts by its cover; edges
 * are repeated.
 *
 * @example defocusBlur(planes, 128, 128, 3)
 */
export function defocusBlur(
  planes: Float32Array,
  width: number,
  height: number,
  radius: number,
): Float32Array {
  const disc = discKernel(radius);
  const blurred = new Float32Array(planes.length);
  for (let row = 0; row < 3 * height; row++) {
    const [first, y] = [Math.floor(row / height) * height, row % height];
    for (const { dx, dy, share } of disc) {
      const from = (first + Math.min(height - 1, Math.max(0, y + dy))) * width;
      for (let x = 0; x < width; x++) {
        const column = Math.min(width - 1, Math.max(0, x + dx));
        blurred[row * width + x]! += share * planes[from + column]!;
      }
    }
  }
  return blurred;
}

/** Pixels around the middle with their shares of 1: as much as a rim of one pixel's width leaves of each. */
function discKernel(radius: number): { dx: number; dy: number; share: number }[] {
  const reach = Math.ceil(radius);
  const disc: { dx: number; dy: number; share: number }[] = [];
  let total = 0;
  for (let dy = -reach; dy <= reach; dy++) {
    for (let dx = -reach; dx <= reach; dx++) {
      const share = Math.min(1, Math.max(0, radius + 0.5 - Math.hypot(dx, dy)));
      if (share > 0) disc.push({ dx, dy, share });
      total += share;
    }
  }
  return disc.map(({ dx, dy, share }) => ({ dx, dy, share: share / total }));
}
