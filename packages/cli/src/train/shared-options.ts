import { GraftError } from '@pip-graft/graft';
import { type DataRequest, kindShares, type RangeChoice, type StepOptions } from '@pip-graft/train';
import { InvalidArgumentError, Option } from 'commander';
import {
  decimal,
  type MaxPixelsOption,
  maxPixelsOption,
  outputOption,
  positive,
  wholeNumber,
} from '../options/options.ts';

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
      new Option('--data <folder>', 'clean images; each patch is degraded for one of the labels'),
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
      '--data: there are no images to train on; pass --data with a folder of clean images, or --pairs.',
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

/** Parses LABEL=FOLDER, and adds it to those before. */
export function folderOf(
  text: string,
  all: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const at = text.indexOf('=');
  if (at <= 0 || at === text.length - 1)
    throw new InvalidArgumentError('expected LABEL=FOLDER, such as rain=rain100/.');
  return { ...all, [text.slice(0, at)]: text.slice(at + 1) };
}

/** Options for how patches are made. */
export type DegradeRequest = Omit<DataRequest, 'data' | 'pairs' | 'pixels'>;

/** Returns the options of {@link DegradeRequest}. */
export function degradeOptions(): Option[] {
  const usual = kindShares({});
  return [
    new Option(
      '--degrade <label.key=range>',
      "range of a degradation's parameter, such as haze.t=0.15..0.95 or noise.sigma=25; repeatable",
    ).argParser(rangeOf),
    new Option(
      '--label-shares <label=number,…>',
      'relative number of samples of a label, such as noise=2; default: 1 each',
    ).argParser(sharesOf),
    number('--clean <share>', 'share of clean patches', usual.clean, shareOf),
    number(
      '--flat <share>',
      'share of single-colour patches, degraded or not',
      usual.flat,
      shareOf,
    ),
    number('--partial <share>', 'share of patches to restore in part', usual.partial, shareOf),
    number('--mixed <share>', 'share of patches with two degradations', usual.mixed, shareOf),
    number(
      '--off <share>',
      'share of patches without weights, to leave unchanged',
      usual.off,
      shareOf,
    ),
    number(
      '--halved <share>',
      'share of patches from images at half size, which are sharper',
      0,
      shareOf,
    ),
    number(
      '--whole <share>',
      'share of patches that show as much of their image as fits',
      0,
      shareOf,
    ),
  ];
}

/**
 * Adds a range, for commander's option parser; a later range replaces an earlier one for its key.
 *
 * @example rangeOf('haze.t=0.15..0.95') // { haze: { t: [0.15, 0.95] } }
 */
export function rangeOf(text: string, all: RangeChoice = {}): RangeChoice {
  const parts = /^([^.=]+)\.([^.=]+)=(-?\d*\.?\d+)(?:\.\.(-?\d*\.?\d+))?$/.exec(text);
  if (!parts)
    throw new InvalidArgumentError(
      'expected LABEL.KEY=LOW..HIGH or LABEL.KEY=NUMBER, such as haze.t=0.15..0.95.',
    );
  const [, label = '', key = '', low, high] = parts;
  const chosen = Object.hasOwn(all, label) ? all[label as keyof RangeChoice] : {};
  return { ...all, [label]: { ...chosen, [key]: [Number(low), Number(high ?? low)] } };
}

/** Parses the shares of labels and adds them, for commander's option parser. */
export function sharesOf(
  text: string,
  all: Readonly<Record<string, number>> = {},
): Record<string, number> {
  const shares = text.split(',').map((part): [string, number] => {
    const [, label, share] = /^([^=]+)=([1-9]\d{0,3})$/.exec(part) ?? [];
    if (label !== undefined) return [label, Number(share)];
    throw new InvalidArgumentError(
      'expected LABEL=NUMBER with a whole number from 1 to 9999, such as noise=2.',
    );
  });
  return { ...all, ...Object.fromEntries(shares) };
}

function shareOf(text: string): number {
  const value = decimal(text);
  if (!(value >= 0 && value <= 1)) throw new InvalidArgumentError('expected a share from 0 to 1.');
  return value;
}
