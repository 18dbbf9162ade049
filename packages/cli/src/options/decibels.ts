import { InvalidArgumentError } from 'commander';
import { decimal } from './decimal.ts';

/** Reads a number of dB. */
export function decibels(text: string): number {
  const value = decimal(text);
  if (!Number.isFinite(Math.fround(value))) {
    throw new InvalidArgumentError('expected a number of dB.');
  }
  return value;
}
