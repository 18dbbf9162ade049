import { Option } from 'commander';
import { wholeNumber } from './options.ts';

export interface MaxPixelsOption {
  readonly maxPixels?: number;
}

/** How large an image may be that a command reads: `--max-pixels`. */
export function maxPixelsOption(): Option {
  return new Option(
    '--max-pixels <number>',
    'largest width x height of an image; default: 200000000',
  ).argParser(wholeNumber(1, Number.MAX_SAFE_INTEGER));
}

/** The same as those who read images take it. */
export function pixelsOf({ maxPixels }: MaxPixelsOption): { readonly pixels?: number } {
  return maxPixels === undefined ? {} : { pixels: maxPixels };
}
