import type { Device, DeviceProbe, Diagnosis } from '@pip-graft/runtime';
import type { Validation, Verdict } from '@pip-graft/validate';
import { table } from './lines.ts';

/** Longest cell of the table that fits a terminal without wrapping. */
const widest = 64;

/** Formats a device for people: whether it works, what it uses or lacks, and the first command. */
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
        : ['  → no automatic fix available']
      : [`  → ${fix.command}`, ...(fix.note === undefined ? [] : [`    (${fix.note})`])]),
  ].join('\n');
}

function cut(text: string): string {
  return text.length > widest ? `${text.slice(0, widest - 1)}…` : text;
}

const marks = { passed: '✓', failed: '✗', skipped: '–' } as const;

/** Formats one verdict as a line to show before the table; with the detail if it failed. */
export function formatVerdict({ name, status, measured, limit, detail }: Verdict): string {
  const figure = [number(measured), limitOf(limit)].filter(Boolean).join(' ');
  const line = `${marks[status]} ${name}${figure === '' ? '' : `: ${figure}`}`;
  return status === 'failed' ? `${line}; ${detail}` : line;
}

/**
 * Formats a validation as text: one line per check, which nodes ran where, then the verdict.
 *
 * @param columns of the terminal
 */
export function formatValidation(
  path: string,
  device: Device,
  validation: Validation,
  columns: number | undefined,
): string {
  const { status, checks } = validation;
  const rows = checks.map((check) => [
    marks[check.status],
    check.name,
    number(check.measured),
    limitOf(check.limit),
    check.detail,
  ]);
  const failed = checks.filter((check) => check.status === 'failed').length;
  const where = device === 'cpu' ? '' : ` on ${device}`;
  const verdict = {
    passed: `passed${where}`,
    failed: `failed${where}: ${failed} of ${checks.length} checks`,
    skipped: `skipped, nothing was proved: ${device} cannot be used here; graft doctor says why`,
  }[status];
  return [
    table([['', 'check', 'measured', 'limit', ''], ...rows], columns),
    ...placements(validation),
    ...beginnings(validation),
    `${path}: ${verdict}`,
  ].join('\n\n');
}

function placements({ figures }: Validation): string[] {
  const list = figures.placements ?? [];
  if (list.length === 0) return [];
  const rows = list.flatMap(({ side, providers, copies }) =>
    providers.map(({ provider, nodes }, index) => [
      index === 0 ? side : '',
      provider,
      nodes,
      index === 0 ? `${copies} copies` : '',
    ]),
  );
  const unexpected = list.flatMap(({ side, expected }) =>
    (expected?.differences ?? []).map(({ node, opType, expected: wanted, ran }) => [
      side,
      `${opType} '${node}'`,
      wanted,
      ran,
    ]),
  );
  return [
    table([['model', 'provider', 'nodes', ''], ...rows]),
    ...(unexpected.length === 0
      ? []
      : [
          table([
            ['model', "not as in onnxruntime's kernel list", 'expected', 'ran on'],
            ...unexpected.slice(0, 10),
          ]),
        ]),
  ];
}

/** Returns a table of where errors begin, with the position of the worst values. */
function beginnings({ figures }: Validation): string[] {
  const rows = (figures.layers?.rows ?? []).filter(({ begins }) => begins);
  if (rows.length === 0) return [];
  const shown = rows
    .slice(0, 10)
    .map(({ value, opType, relative, own, worst }) => [
      value,
      opType,
      relative.toExponential(1),
      own.toExponential(1),
      `[${worst.join(', ')}]`,
    ]);
  return [table([['error begins at', 'operator', 'relative', 'own', 'worst at'], ...shown])];
}

/** Formats a number with three digits, and an exponent in place of many zeros. */
function number(value: number | string | null): string {
  if (typeof value !== 'number') return value ?? '';
  const short = Number(value.toPrecision(3));
  return short !== 0 && Math.abs(short) < 1e-3 ? short.toExponential() : String(short);
}

/** A limit that is not a number states its own direction. */
function limitOf(limit: number | string | null): string {
  return typeof limit === 'number' ? `≤ ${number(limit)}` : (limit ?? '');
}
