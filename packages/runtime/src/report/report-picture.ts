import type { HeatMap } from '../explain/heat-map.ts';
import type { Image } from '../image/image.ts';
import { encodeImage } from '../image/write-image.ts';
import type { ReportPicture } from './report-data.ts';

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
