import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { GraftError } from '@pip-graft/graft';
import { type ExternalMode, externalModes } from '@pip-graft/graft/files';
import { InvalidArgumentError, Option } from 'commander';
import { checkOutputFile } from './check-output.ts';

export interface ExternalOptions {
  readonly external?: ExternalMode;
}

/** Returns the option for a command's output. */
export function outputOption(description: string): Option {
  return new Option('-o, --output <path>', description).argParser(notEmpty);
}

function notEmpty(text: string): string {
  if (text === '') throw new InvalidArgumentError('It is empty; name a path.');
  return text;
}

/**
 * Parses an option that takes a list, for commander: given twice, it is the list of both.
 *
 * @example joined('haze', 'rain') // 'rain,haze'
 */
export function joined(text: string, before?: string): string {
  return before === undefined ? text : `${before},${text}`;
}

/** The same for labels. @example joinedLabels('haze', 'rain') // 'rain+haze' */
export function joinedLabels(text: string, before?: string): string {
  return before === undefined ? text : `${before}+${text}`;
}

/** Returns the option for external data when a model is saved to another folder. */
export function externalOption(): Option {
  return new Option(
    '--external <how>',
    "external data: reference (leave it in place), link (hard links, which onnx's checker rejects), copy (the default for another folder) or inline",
  ).choices(externalModes);
}

/** Returns a parser for a whole number in a range, for commander's options. */
export function wholeNumber(minimum: number, maximum: number) {
  return (text: string): number => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < minimum || value > maximum) {
      throw new InvalidArgumentError(`expected a whole number from ${minimum} to ${maximum}.`);
    }
    return value;
  };
}

/** Parses whole numbers separated by commas. */
export function wholeNumbers(text: string): number[] {
  if (!/^\d{1,6}(,\d{1,6})*$/.test(text)) {
    throw new InvalidArgumentError('expected whole numbers joined by commas, such as 1,2,2,4.');
  }
  return text.split(',').map(Number);
}

/**
 * Checks before the work that a result can be written after it.
 *
 * Errors: those of {@link refuseOverInput} and {@link checkOutputFile}.
 *
 * @param inputs files that the result is made from
 */
export function checkOutput(output: string, ...inputs: readonly string[]): void {
  for (const input of inputs) refuseOverInput(input, output);
  checkOutputFile(output);
}

/** Rejects an output over its input, also through links. Errors: `INVALID_ARGUMENT`. */
export function refuseOverInput(input: string, output: string): void {
  if (resolve(input) === resolve(output) || isSameFile(input, output)) {
    throw new GraftError(
      'INVALID_ARGUMENT',
      `${output}: the result would replace the input; choose another name.`,
    );
  }
}

/** Whether two paths are the same file, through links or with a different case. */
function isSameFile(a: string, b: string): boolean {
  try {
    return realpathSync.native(a) === realpathSync.native(b);
  } catch {
    return false;
  }
}

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

/** Parses a number above 0, for commander's option parser. */
export function positive(text: string): number {
  const value = decimal(text);
  if (!(value > 0) || !Number.isFinite(value))
    throw new InvalidArgumentError('expected a number above 0.');
  return value;
}

/** Parses a number of at least 0. */
export function positiveOrZero(text: string): number {
  const value = decimal(text);
  if (value >= 0 && Number.isFinite(value)) return value;
  throw new InvalidArgumentError('expected a number of 0 or more.');
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
