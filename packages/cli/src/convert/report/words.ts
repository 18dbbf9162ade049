import { bytesText } from '@pip-graft/report/text';
import type { Verdict } from '@pip-graft/validate';
import type { Made } from '../job/job.ts';

/** Whether a model is trained: not if weights or an adapter are from a seed; null if unknown. */
export function isTrained({ seeded, adapters }: Made): boolean | null {
  if (seeded || adapters.some(({ trained }) => !trained)) return false;
  return adapters.length > 0 ? true : null;
}

/** Formats milliseconds, such as "0.4 s". */
export function durationText(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

/** Formats a gate's result for people: its figure, its limit and what they are. */
export function figureText({ measured, limit, unit, detail }: Verdict): string {
  if (measured === null) return detail;
  return `${inUnit(measured, unit)}, the limit is ${inUnit(limit, unit)}: ${detail}`;
}

function inUnit(value: Verdict['limit'], unit: Verdict['unit']): string {
  if (typeof value !== 'number') return value ?? '–';
  if (unit === 'bytes') return bytesText(value);
  if (unit === undefined) return String(Number(value.toPrecision(4)));
  return `${value.toFixed(2)} ${unit}`;
}
