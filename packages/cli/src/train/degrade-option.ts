import { type DataRequest, kindShares, type RangeChoice } from '@pip-graft/train';
import { InvalidArgumentError, Option } from 'commander';
import { decimal } from '../options/numbers.ts';
import { number } from './step-request.ts';

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
      'share of patches from photos at half size, which are sharper',
      0,
      shareOf,
    ),
    number(
      '--whole <share>',
      'share of patches that show as much of their photo as fits',
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
      'expected LABEL.KEY=LOW..HIGH or LABEL.KEY=NUMBER, as haze.t=0.15..0.95.',
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
      'expected LABEL=NUMBER with a whole number from 1 to 9999, as noise=2.',
    );
  });
  return { ...all, ...Object.fromEntries(shares) };
}

function shareOf(text: string): number {
  const value = decimal(text);
  if (!(value >= 0 && value <= 1)) throw new InvalidArgumentError('expected a share from 0 to 1.');
  return value;
}
