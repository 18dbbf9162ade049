import { InvalidArgumentError, Option } from 'commander';
import { wholeNumber } from './options.ts';

/** Parses a number of dB. */
export function decibels(text: string): number {
  const value = decimal(text);
  if (!Number.isFinite(Math.fround(value))) {
    throw new InvalidArgumentError('expected a number of dB.');
  }
  return value;
}

/** Parses a decimal number such as `0.5`, `-1` or `1e-3`; NaN for others, such as `0x10`. */
export function decimal(text: string): number {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text.trim()) ? Number(text) : Number.NaN;
}

/** Largest usual strength; few adapters were ever tested beyond it. */
const most = 1.5;

export function strengthOption(): Option {
  return new Option(
    '--strength <number>',
    '0 for the host alone, 1 for the full adapter; default: 1',
  ).argParser(strengthOf);
}

/** Returns warnings for a strength outside 0 to 1.5. */
export function strengthWarnings(strength: number | undefined): string[] {
  if (strength === undefined || (strength >= 0 && strength <= most)) return [];
  return [
    `warning: --strength ${strength}: adapters are trained at 1; outside 0 to ${most} results may be unusable.`,
  ];
}

function strengthOf(text: string): number {
  const value = decimal(text);
  if (!Number.isFinite(Math.fround(value))) {
    throw new InvalidArgumentError(
      'expected a number; 0 is the host alone, 1 the adapter as it is.',
    );
  }
  return value;
}

export interface MaxPixelsOption {
  readonly maxPixels?: number;
}

/** Returns the option `--max-pixels`: the largest image that a command reads. */
export function maxPixelsOption(): Option {
  return new Option(
    '--max-pixels <number>',
    'largest width x height of an image; default: 200000000',
  ).argParser(wholeNumber(1, Number.MAX_SAFE_INTEGER));
}

/** Converts this option to that of the functions that read images. */
export function pixelsOf({ maxPixels }: MaxPixelsOption): { readonly pixels?: number } {
  return maxPixels === undefined ? {} : { pixels: maxPixels };
}
