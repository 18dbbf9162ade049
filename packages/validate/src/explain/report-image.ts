import { type HeatMap, type Image, imageOf } from '@pip-graft/imaging';
import { encodeImage, loadSharp, oneAtATime } from '@pip-graft/restore';

/** Images shown side by side, such as one degradation at several settings. */
export interface ReportStrip {
  readonly title: string;
  readonly detail?: string;
  readonly images: readonly ReportImage[];
}

/** Two images of the same size, before and after. */
export interface ReportComparison {
  readonly title: string;
  readonly before: ReportImage;
  readonly after: ReportImage;
}

/** Heat maps with a common scale, so that their colours can be compared. */
export interface ReportMaps extends ReportStrip {
  readonly scale: {
    /** Values of the darkest and the brightest colour. */
    readonly low: number;
    readonly high: number;
    /** What the values mean. */
    readonly label: string;
  };
}

export interface ReportImage {
  readonly caption: string;
  /** A figure under the caption, such as "27.9 dB". */
  readonly note?: string;
  readonly width: number;
  readonly height: number;
  readonly type: 'image/jpeg' | 'image/png' | 'image/webp';
  readonly bytes: Uint8Array;
}

/** Encodes an image for a report as WebP, at about a tenth of the size of a PNG. @example await reportImage(image, 'input') */
export async function reportImage(
  image: Image,
  caption: string,
  note?: string,
): Promise<ReportImage> {
  const bytes = await encodeImage(image, 'webp', { quality: 82 });
  const { width, height } = image;
  const encoded = { caption, width, height, type: 'image/webp', bytes } as const;
  return note === undefined ? encoded : { ...encoded, note };
}

/** Maps up to this many pixels are lossless; larger ones would make reports of several megabytes. */
const exact = 64 * 64;

/** Encodes a heat map for a report: a PNG if it is small, otherwise WebP. @example await mapImage(differenceMap(a, b), 'rain') */
export async function mapImage({ image }: HeatMap, caption: string): Promise<ReportImage> {
  const { width, height } = image;
  const format = width * height <= exact ? 'png' : 'webp';
  const bytes = await encodeImage(image, format, { quality: 90 });
  return { caption, width, height, type: `image/${format}`, bytes };
}

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
  const resizer = sharp(samples, { raw }).resize(width, height, { fit: 'fill' }).raw();
  const small = await oneAtATime(() => resizer.toBuffer());
  const data = new Float32Array(3 * width * height);
  for (let plane = 0, to = 0; plane < 3; plane++) {
    for (let at = plane; at < small.length; at += 3, to++) data[to] = small[at]! / 255;
  }
  return imageOf(width, height, data);
}
