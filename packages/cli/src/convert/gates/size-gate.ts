import { GraftError } from '@pip-graft/graft';
import type { Verdict } from '@pip-graft/validate';

const units: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
  kiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
};

/**
 * A number of bytes, or a text as `40 MB` or `1.5 GiB`, in bytes.
 *
 * Errors: `INVALID_ARGUMENT`.
 *
 * @example parseBytes('40 MB') // 40_000_000
 */
export function parseBytes(size: number | string): number {
  if (typeof size === 'number') return size;
  const [, amount, unit] = /^(\d+(?:\.\d+)?) ?([kMG]i?B|B)$/.exec(size) ?? [];
  const factor = unit === undefined ? undefined : units[unit];
  if (amount === undefined || factor === undefined) {
    throw new GraftError('INVALID_ARGUMENT', `'${size}': expected a size as 40 MB or 1.5 GiB.`);
  }
  return Math.round(Number(amount) * factor);
}

/** Whether all files of an output keep within a budget. */
export function sizeGate(bytes: number, most: number | string): Verdict {
  const limit = parseBytes(most);
  return {
    name: 'size',
    status: bytes <= limit ? 'passed' : 'failed',
    measured: bytes,
    limit,
    unit: 'bytes',
    detail: 'Bytes of the model and its data together.',
  };
}
