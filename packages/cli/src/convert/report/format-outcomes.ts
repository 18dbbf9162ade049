import { bytesText, table } from '@pip-graft/report/text';
import type { ShardRecord } from '../../shard/shard.ts';
import { version } from '../../version.ts';
import { untimed } from '../cache/entry.ts';
import { exitOf, type Outcome, totalBytes } from '../outcome.ts';
import { durationText, isTrained } from './words.ts';

/** Formats a run as a table and a sentence, for people. */
export function formatOutcomes(outcomes: readonly Outcome[], columns: number | undefined): string {
  const head = ['job', 'status', 'size', 'precision', 'adapters', 'gates', 'time', 'output'];
  const rows = outcomes.map((outcome) => {
    const { name, status, made, milliseconds, output } = outcome;
    return [
      name,
      status,
      made === null ? '–' : bytesText(totalBytes(made.files)),
      made?.precision ?? '–',
      adaptersText(outcome),
      gatesText(outcome),
      durationText(milliseconds),
      output,
    ];
  });
  const failures = failuresOf(outcomes);
  return [
    table([head, ...rows], columns),
    ...(failures.length > 0 ? ['', ...failures] : []),
    '',
    sentence(outcomes),
  ].join('\n');
}

/** Formats why jobs failed, one after the other. */
export function failuresOf(outcomes: readonly Outcome[]): string[] {
  return outcomes.flatMap(({ name, failure }) =>
    failure === null ? [] : [`${name}: ${failure.message.replaceAll('\n', '\n  ')}`],
  );
}

function adaptersText({ made }: Outcome): string {
  if (made === null) return '–';
  const names = made.adapters.map(({ name }) => name).join('+') || '–';
  return isTrained(made) === false ? `${names} UNTRAINED` : names;
}

function gatesText({ made }: Outcome): string {
  const gates = (made?.gates ?? []).filter(({ name }) => !name.startsWith('validate: '));
  if (gates.length === 0) return '–';
  return gates
    .map(
      ({ name, status }) =>
        `${status === 'passed' ? '✓' : status === 'failed' ? '✗' : '–'} ${name}${status === 'skipped' ? ' SKIPPED' : ''}`,
    )
    .join(', ');
}

function jobs(count: number): string {
  return `${count} ${count === 1 ? 'job' : 'jobs'}`;
}

/** Summarises a run in a sentence. */
export function sentence(outcomes: readonly Outcome[]): string {
  const count = (status: Outcome['status']) =>
    outcomes.filter((outcome) => outcome.status === status).length;
  const [built, cached, failed, skipped] = [
    count('built'),
    count('cached'),
    count('failed'),
    count('skipped'),
  ];
  if (outcomes.length === 0) return 'no job in this shard';
  if (cached === outcomes.length) {
    const written = outcomes.filter(({ placed }) => placed).length;
    return written === 0
      ? `nothing to do: ${cached === 1 ? 'the job is' : `all ${cached} jobs are`} cached, and outputs are in their place`
      : `nothing to make: ${jobs(cached)} cached; the outputs of ${jobs(written)} put back in their place`;
  }
  const parts = [
    built > 0 ? `${built} built` : '',
    cached > 0 ? `${cached} cached` : '',
    failed > 0 ? `${failed} failed` : '',
    skipped > 0 ? `${skipped} skipped` : '',
  ].filter(Boolean);
  return `${jobs(outcomes.length)}: ${parts.join(', ')}`;
}

/** Formats a job's outcome as a line to print while others still run. */
export function outcomeLine(outcome: Outcome): string {
  const { name, status, output, made, failure, notes, milliseconds } = outcome;
  const more = notes.map((note) => `; ${note}`).join('');
  if (failure !== null || made === null)
    return `${name}: ${status}: ${failure?.message ?? ''}${more}`;
  const size = bytesText(totalBytes(made.files));
  const warnings = made.warnings.map((warning) => `\n  warning: ${warning}`).join('');
  return `${name}: ${status}, ${output}, ${size}, ${durationText(milliseconds)}${more}${status === 'built' ? warnings : ''}`;
}

/** Version of the JSON format below. */
const format = 1;

/** Result that `graft convert --json` prints. That of a shard has times, for the merged report. */
export function convertJson(
  outcomes: readonly Outcome[],
  frozen: boolean,
  shard?: ShardRecord,
): unknown {
  return {
    format,
    tool: { name: 'graft', version },
    status: exitOf(outcomes) === 0 ? 'passed' : 'failed',
    frozen,
    jobs: outcomes.map(({ made, milliseconds, failure, ...rest }) => ({
      ...rest,
      ...(shard === undefined ? {} : { milliseconds }),
      failure: failure && { code: failure.code, message: failure.message, exit: failure.exit },
      bytes: made === null ? null : totalBytes(made.files),
      ...(made === null ? {} : shard === undefined ? untimed(made) : made),
    })),
    ...(shard && { shard }),
  };
}
