import { GraftError } from '@pip-graft/onnx-graft';
import {
  type BatchOptions,
  checkRange,
  isPatchLabel,
  type KindShares,
  kindShares,
  type RangeChoice,
  rangesOf,
} from '@pip-graft/train';
import { InvalidArgumentError, Option } from 'commander';
import { decimal } from '../options/numbers.ts';
import { number } from './step-request.ts';

/** How patches are made, as the command line has it. */
export interface DegradeRequest extends Partial<KindShares>, Pick<BatchOptions, 'halved'> {
  /** `label.key=low..high`, each. */
  readonly degrade?: readonly string[];
  /** `label=number`, each. */
  readonly labelShares?: readonly string[];
}

/** The options for it. */
export function degradeOptions(): Option[] {
  const usual = kindShares({});
  return [
    new Option(
      '--degrade <label.key=range>',
      'range that a degradation draws from, as haze.t=0.15..0.95 or noise.sigma=25; several times',
    ).argParser((text: string, all: readonly string[] = []) => [...all, text]),
    new Option(
      '--label-shares <label=number,…>',
      'samples of a label for one of another, as noise=2; default: 1 each',
    ).argParser((text: string) => text.split(',')),
    number('--clean <share>', 'patches that are clean under a label', usual.clean, shareOf),
    number('--flat <share>', 'patches of one colour, degraded or not', usual.flat, shareOf),
    number('--partial <share>', 'patches to be restored in part', usual.partial, shareOf),
    number('--mixed <share>', 'patches with two degradations', usual.mixed, shareOf),
    number('--off <share>', 'patches without weights, to be left alone', usual.off, shareOf),
    number(
      '--halved <share>',
      'patches of photos at half their size, which are sharper',
      0,
      shareOf,
    ),
  ];
}

/**
 * The options of batches in force, with every range of the labels that images are degraded for: what a
 * training record keeps.
 *
 * Errors: `INVALID_ARGUMENT` and `UNKNOWN_LABEL` for what does not parse or makes no sense, with the
 * option's text.
 */
export function degradationsOf(
  given: DegradeRequest,
  labels: readonly string[],
  paired: readonly string[] = [],
): Pick<BatchOptions, 'degrade' | 'labelShares' | 'halved' | keyof KindShares> {
  const made = labels.filter((label) => isPatchLabel(label) && !paired.includes(label));
  const ranges = rangesOf(parseRanges(given.degrade ?? [], made));
  return {
    degrade: Object.fromEntries(Object.entries(ranges).filter(([label]) => made.includes(label))),
    ...kindShares(given),
    halved: given.halved ?? 0,
    ...(given.labelShares ? { labelShares: parseShares(given.labelShares) } : {}),
  };
}

/** @param labels that images are degraded for */
export function parseRanges(texts: readonly string[], labels: readonly string[]): RangeChoice {
  const chosen: Record<string, Record<string, readonly [number, number]>> = {};
  for (const text of texts) {
    const place = `--degrade ${text}`;
    const [, label, key, low, high] =
      /^([^.=]+)\.([^.=]+)=(-?[\d.]+?)(?:\.\.(-?[\d.]+))?$/.exec(text) ?? refuse(place);
    const range = [Number(low), Number(high ?? low)] as const;
    checkRange(label!, key!, range, place);
    if (!labels.includes(label!)) {
      throw new GraftError(
        'INVALID_ARGUMENT',
        `${place}: no image is degraded for ${label} in this run, only for ${labels.join(', ') || 'nothing'}; leave it out.`,
      );
    }
    chosen[label!] = { ...chosen[label!], [key!]: range };
  }
  return chosen;
}

function parseShares(texts: readonly string[]): Record<string, number> {
  return Object.fromEntries(
    texts.map((text) => {
      const [, label, share] = /^([^=]+)=(\d{1,4})$/.exec(text) ?? [];
      if (label !== undefined) return [label, Number(share)];
      throw new GraftError(
        'INVALID_ARGUMENT',
        `--label-shares ${text}: expected LABEL=NUMBER with a whole number, as noise=2.`,
      );
    }),
  );
}

function refuse(place: string): never {
  throw new GraftError(
    'INVALID_ARGUMENT',
    `${place}: expected LABEL.KEY=LOW..HIGH or LABEL.KEY=NUMBER, as haze.t=0.15..0.95.`,
  );
}

function shareOf(text: string): number {
  const value = decimal(text);
  if (!(value >= 0 && value <= 1)) throw new InvalidArgumentError('expected a share from 0 to 1.');
  return value;
}
