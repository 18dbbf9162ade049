import { bytesText } from '@pip-graft/report/text';
import { type Outcome, totalBytes } from '../outcome.ts';
import { durationText } from './words.ts';

/** What came of a job, as a line while others still run. */
export function outcomeLine(outcome: Outcome): string {
  const { name, status, output, made, failure, notes, milliseconds } = outcome;
  const more = notes.map((note) => `; ${note}`).join('');
  if (failure !== null || made === null)
    return `${name}: ${status}: ${failure?.message ?? ''}${more}`;
  const size = bytesText(totalBytes(made.files));
  const warnings = made.warnings.map((warning) => `\n  warning: ${warning}`).join('');
  return `${name}: ${status}, ${output}, ${size}, ${durationText(milliseconds)}${more}${status === 'built' ? warnings : ''}`;
}
