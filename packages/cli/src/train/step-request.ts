import { GraftError } from '@pip-graft/graft';
import type { StepOptions } from '@pip-graft/train';
import { InvalidArgumentError, Option } from 'commander';
import { decimal, type MaxPixelsOption, maxPixelsOption } from '../options/numbers.ts';
import { outputOption, wholeNumber } from '../options/options.ts';

/** Options that training an adapter and training a sensor share. */
export interface StepRequest extends MaxPixelsOption {
  readonly data?: string;
  readonly pairs?: Readonly<Record<string, string>>;
  readonly output: string;
  readonly force?: boolean;
  readonly name?: string;
  readonly steps?: number;
  readonly batch: number;
  readonly patch: number;
  readonly rate: number;
  readonly warmup?: number;
  readonly seed: number;
  readonly saveEvery: number;
  readonly checkpointing?: boolean;
  readonly resume?: boolean;
  readonly workers?: number;
  readonly threads?: number;
  readonly device: 'cpu' | 'cuda';
  readonly html?: string;
}

/** Returns these options in groups. @param what what is trained, such as `adapter` */
export function stepOptions(
  what: string,
  defaults: Pick<StepOptions, 'steps' | 'batch' | 'patch' | 'rate'>,
): Readonly<Record<'data' | 'output' | 'name' | 'steps' | 'pace', readonly Option[]>> {
  return {
    data: [
      new Option('--data <folder>', 'clean photos; each patch is degraded for one of the labels'),
      new Option(
        '--pairs <label=folder>',
        'real pairs for a label, in input/ and target/ of a folder; repeatable',
      ).argParser(folderOf),
      maxPixelsOption(),
    ],
    output: [outputOption(`folder for the ${what}`).makeOptionMandatory()],
    name: [new Option('--name <name>', `name of the ${what}; default: that of the folder`)],
    steps: [
      number(
        '--steps <number>',
        `optimiser steps; default: ${defaults.steps}`,
        undefined,
        wholeNumber(1, 100_000_000),
      ),
      number('--batch <number>', 'patches per batch', defaults.batch, wholeNumber(1, 4096)),
      number('--patch <pixels>', 'side of the patches', defaults.patch, wholeNumber(8, 4096)),
      number('--rate <number>', 'peak learning rate', defaults.rate, positive),
      number(
        '--warmup <steps>',
        'steps until the peak rate; default: a twelfth of all steps',
        undefined,
        wholeNumber(0, 1e9),
      ),
    ],
    pace: [
      number('--seed <number>', 'seed of batches', 0, wholeNumber(0, 2 ** 31)),
      number('--save-every <steps>', 'steps between saved states', 100, wholeNumber(1, 1e9)),
      new Option('--resume', 'continue from the last saved state of this folder'),
      new Option(
        '--checkpointing',
        'recompute activations in the backward pass: less memory, more time, the same result',
      ),
      number('--workers <number>', 'threads that make batches', undefined, wholeNumber(0, 64)),
      number('--threads <number>', 'threads of the runtime', undefined, wholeNumber(1, 1024)),
      new Option('--device <device>', 'where to train').choices(['cpu', 'cuda']).default('cpu'),
      new Option('--html <file>', 'also write a page with the curves, updated during the run'),
    ],
  };
}

/** Requires images to train on. Errors: `INVALID_ARGUMENT`. */
export function requireData({ data, pairs }: Pick<StepRequest, 'data' | 'pairs'>): void {
  if (data === undefined && pairs === undefined)
    throw new GraftError(
      'INVALID_ARGUMENT',
      '--data: there are no images to train on; pass --data with a folder of clean photos, or --pairs.',
    );
}

/** Parses labels separated by a plus sign or a comma, and adds them. @example labelsOf('noise+rain') */
export function labelsOf(text: string, all: readonly string[] = []): string[] {
  return [...all, ...text.split(/[+,]/)];
}

/** Creates an option that takes a number. */
export function number(
  flags: string,
  description: string,
  value: number | undefined,
  parse: (text: string) => number,
): Option {
  const option = new Option(flags, description).argParser(parse);
  return value === undefined ? option : option.default(value);
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

/** Parses LABEL=FOLDER, and adds it to those before. */
export function folderOf(
  text: string,
  all: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const at = text.indexOf('=');
  if (at <= 0 || at === text.length - 1)
    throw new InvalidArgumentError('expected LABEL=FOLDER, as rain=rain100/.');
  return { ...all, [text.slice(0, at)]: text.slice(at + 1) };
}
