import type { HeatMap, Image } from '@pip-graft/imaging';
import { encodeImage } from '@pip-graft/restore';

/** Images that belong side by side, as one degradation at several settings. */
export interface ReportStrip {
  readonly title: string;
  readonly detail?: string;
  readonly images: readonly ReportImage[];
}

/** Before and after: images of one size. */
export interface ReportComparison {
  readonly title: string;
  readonly before: ReportImage;
  readonly after: ReportImage;
}

/** Heat maps that share one scale, so that their colours can be compared. */
export interface ReportMaps extends ReportStrip {
  readonly scale: {
    /** What the darkest and the brightest colour stand for. */
    readonly low: number;
    readonly high: number;
    /** What the numbers are. */
    readonly label: string;
  };
}

export interface ReportImage {
  readonly caption: string;
  /** A figure under the caption, as "27.9 dB". */
  readonly note?: string;
  readonly width: number;
  readonly height: number;
  readonly type: 'image/jpeg' | 'image/png' | 'image/webp';
  readonly bytes: Uint8Array;
}

/** An image for a report, as a WebP of about a tenth of its PNG's size. @example await reportImage(image, 'input') */
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

/** Maps up to this many places keep every colour; more would make a report of several megabytes. */
const exact = 64 * 64;

/** A heat map for a report: a PNG where it is small, else a WebP. @example await mapImage(differenceMap(a, b), 'rain') */
export async function mapImage({ image }: HeatMap, caption: string): Promise<ReportImage> {
  const { width, height } = image;
  const format = width * height <= exact ? 'png' : 'webp';
  const bytes = await encodeImage(image, format, { quality: 90 });
  return { caption, width, height, type: `image/${format}`, bytes };
}
