import type { Restorer } from '@pip-graft/restore/web';
import type { Asked } from './setting.ts';

/** Longest side of a preview: one small tile. */
const longest = 320;

/** Restores a reduced copy of an image; undefined for one that is small anyway. */
export async function preview(
  restorer: Restorer,
  canvas: HTMLCanvasElement,
  { weights, strength }: Asked,
  signal: AbortSignal,
): Promise<HTMLCanvasElement | undefined> {
  const { width, height } = canvas;
  const scale = longest / Math.max(width, height);
  if (scale > 0.5) return undefined;
  const reduced = await createImageBitmap(canvas, {
    resizeWidth: Math.max(1, Math.round(width * scale)),
    resizeHeight: Math.max(1, Math.round(height * scale)),
    resizeQuality: 'high',
  });
  try {
    const steering = restorer.labels.length > 0 ? { strength } : {};
    const restored = await restorer.restore(reduced, weights, { ...steering, signal });
    return restored.toCanvas();
  } finally {
    reduced.close();
  }
}
