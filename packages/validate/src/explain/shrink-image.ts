import { type Image, imageOf } from '@pip-graft/imaging';
import { loadSharp } from '@pip-graft/restore';

/**
 * Scales an image down for reports to a longer side of at most `longest` pixels: 8 bits, without
 * transparency. Returns a small enough image unchanged.
 */
export async function shrinkImage(image: Image, longest: number): Promise<Image> {
  const scale = longest / Math.max(image.width, image.height);
  if (scale >= 1) return image;
  const size = image.width * image.height;
  const samples = new Uint8Array(3 * size);
  for (let plane = 0; plane < 3; plane++) {
    for (let at = 0; at < size; at++) {
      const value = Math.min(1, Math.max(0, image.data[plane * size + at]!));
      samples[3 * at + plane] = Math.round(value * 255);
    }
  }
  const [width, height] = [image.width, image.height].map((side) =>
    Math.max(1, Math.round(side * scale)),
  ) as [number, number];
  const raw = { width: image.width, height: image.height, channels: 3 } as const;
  const sharp = await loadSharp();
  const small = await sharp(samples, { raw })
    .resize(width, height, { fit: 'fill' })
    .raw()
    .toBuffer();
  const data = new Float32Array(3 * width * height);
  for (let plane = 0, to = 0; plane < 3; plane++) {
    for (let at = plane; at < small.length; at += 3, to++) data[to] = small[at]! / 255;
  }
  return imageOf(width, height, data);
}
