import type { DeviceProbe, Diagnosis } from '@pip-graft/runtime';
import { table } from './table.ts';

/** Longest cell of the table: what one reads in a terminal without wrapping. */
const widest = 64;

/** A device for people: whether it works, what it stands on or lacks, and the command to begin with. */
export function formatDevice({
  device,
  works,
  detail,
  findings,
  fix,
}: DeviceProbe & Diagnosis): string {
  const rows = findings.map(({ what, met, found, needed }) => [
    `  ${met ? '✓' : '✗'}`,
    what,
    met ? cut(found) : `${cut(found)} (needs ${needed})`,
  ]);
  return [
    `${works ? '✓' : '✗'} ${device}: ${detail}`,
    ...(rows.length > 0 ? [table(rows)] : []),
    ...(fix === undefined
      ? works || findings.every(({ met }) => met)
        ? []
        : ['  → no command mends this']
      : [`  → ${fix.command}`, ...(fix.note === undefined ? [] : [`    (${fix.note})`])]),
  ].join('\n');
}

function cut(text: string): string {
  return text.length > widest ? `${text.slice(0, widest - 1)}…` : text;
}
