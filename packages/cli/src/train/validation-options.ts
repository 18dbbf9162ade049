import { defaultValidateEvery, type ValidationRequest } from '@pip-graft/train';
import { InvalidArgumentError, Option } from 'commander';
import { wholeNumber } from '../options/options.ts';
import { number } from './step-request.ts';

/** The options for how a run is measured; see {@link ValidationRequest}. */
export function validationOptions(): Option[] {
  return [
    new Option(
      '--validate <folder|share>',
      'measure on images that are not learned from, and keep the best: a folder of clean images, one with input/ and target/ in a folder of each label, or a share of the training images, as 5%',
    ).argParser(validateOf),
    number(
      '--validate-every <steps>',
      `steps between two validations; default: ${defaultValidateEvery}`,
      undefined,
      wholeNumber(1, 1e9),
    ),
    number(
      '--validate-patch <pixels>',
      'side of the patches that are validated on; default: that of the last stage',
      undefined,
      wholeNumber(8, 4096),
    ),
    number(
      '--patience <number>',
      'stop after this many validations without a better one',
      undefined,
      wholeNumber(1, 1e6),
    ),
  ];
}

function validateOf(text: string): string | number {
  const share = /^(\d+(?:\.\d+)?)%$/.exec(text)?.[1];
  if (share === undefined) return text;
  if (Number(share) > 0 && Number(share) < 100) return Number(share) / 100;
  throw new InvalidArgumentError('expected a share above 0% and below 100%, or a folder.');
}
