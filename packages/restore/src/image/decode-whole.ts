import type { Sharp } from 'sharp';

/** Warnings that say nothing about pixels: about a tag, a header's padding, or that a line above failed. */
const harmless = [
  /^Warning treated as error due to failOn setting$/,
  /^error in tile \d+ x \d+$/,
  /^read gave \d+ warnings$/,
  /^tiff2vips: (out of order read|read error)/,
  // Cameras that pad the end of a JPEG, and phones that write an odd scan header.
  /^VipsJpeg: Invalid SOS parameters for sequential JPEG$/,
  /^VipsJpeg: Corrupt JPEG data: [1-4] extraneous bytes before marker 0x[0-9a-f]{2}$/,
  /^Invalid TIFF directory; tags are not sorted/,
  /^(Incompatible type for|ASCII value for tag|Unknown field with tag|[Ii]ncorrect (count|value) for)/,
  // Where strips are not compressed, their lengths follow from the size; a cut one is an error later.
  /^Bogus "StripByteCounts" field, ignoring/,
  /tag ignored$/,
  /^(iCCP|cHRM|gAMA|tEXt|zTXt|iTXt|eXIf|pHYs|tIME|sRGB): /,
  /^(exif|Invalid embedded profile)/i,
];

/**
 * Runs a decoder so that it gives the whole image or throws.
 *
 * libvips goes on after damage, with black for what it could not read, and how far `failOn` stops it
 * differs by format: a damaged tile of a TIFF, or damaged JPEG data, is only a warning. So every
 * warning counts, except those that say nothing about pixels.
 */
export async function decodeWhole<Result>(
  open: (failOn: 'warning' | 'error') => Sharp,
  decode: (decoder: Sharp) => Promise<Result>,
): Promise<Result> {
  try {
    return await decode(open('warning'));
  } catch (error) {
    if (!isHarmless(error instanceof Error ? error.message : String(error))) throw error;
  }
  const decoder = open('error');
  const warnings: string[] = [];
  decoder.on('warning', (text: string) => warnings.push(text));
  const result = await decode(decoder);
  const damage = warnings.find((text) => !isHarmless(text));
  if (damage !== undefined) throw new Error(damage);
  return result;
}

function isHarmless(text: string): boolean {
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.length > 0 && lines.every((line) => harmless.some((one) => one.test(line)));
}
