import { strengthWarning } from '@pip-graft/restore';
import { InvalidArgumentError, Option } from 'commander';
import { decimal } from './options.ts';

export function strengthOption(): Option {
  return new Option(
    '--strength <number>',
    '0 for the host alone, 1 for the full adapter; default: 1',
  ).argParser(strengthOf);
}

/** Returns warnings for a strength outside 0 to 1.5. */
export function strengthWarnings(strength: number | undefined): string[] {
  const unusual = strengthWarning(strength);
  return unusual === undefined ? [] : [`warning: --strength ${strength}: ${unusual}`];
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
