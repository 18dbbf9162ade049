import { InvalidArgumentError, Option } from 'commander';
import { decimal } from './decimal.ts';

/** Beyond this an adapter was hardly ever tried. */
const most = 1.5;

export function strengthOption(): Option {
  return new Option(
    '--strength <number>',
    '0 is the host alone, 1 the adapter as it is; default 1',
  ).argParser(strengthOf);
}

/** What to say of a strength outside 0 to 1.5; nothing of one inside. */
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
