import type { HeatMap, Image } from '@pip-graft/imaging';
import { encodeImage } from '@pip-graft/restore';

/** Pictures that belong side by side, as one degradation at several settings. */
export interface ReportStrip {
  readonly title: string;
  readonly detail?: string;
  readonly pictures: readonly ReportPicture[];
}

/** Before and after: pictures of one size. */
export interface ReportComparison {
  readonly title: string;
  readonly before: ReportPicture;
  readonly after: ReportPicture;
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

export interface ReportPicture {
  readonly caption: string;
  /** A figure under the caption, as "27.9 dB". */
  readonly note?: string;
  readonly width: number;
  readonly height: number;
  readonly type: 'image/jpeg' | 'image/png' | 'image/webp';
  readonly bytes: Uint8Array;
}

/** A picture for a report, as a WebP of about a tenth of its PNG's size. @example await reportPicture(photo, 'input') */
export async function reportPicture(
  image: Image,
  caption: string,
  note?: string,
): Promise<ReportPicture> {
  const bytes = await encodeImage(image, 'webp', { quality: 82 });
  const { width, height } = image;
  const picture = { caption, width, height, type: 'image/webp', bytes } as const;
  return note === undefined ? picture : { ...picture, note };
}

/** Maps up to this many places keep every colour; more would make a report of several megabytes. */
const exact = 64 * 64;

/** A heat map for a report: a PNG where it is small, else a WebP. @example await mapPicture(differenceMap(a, b), 'rain') */
export async function mapPicture({ image }: HeatMap, caption: string): Promise<ReportPicture> {
  const { width, height } = image;
  const format = width * height <= exact ? 'png' : 'webp';
  const bytes = await encodeImage(image, format, { quality: 90 });
  return { caption, width, height, type: `image/${format}`, bytes };
}
