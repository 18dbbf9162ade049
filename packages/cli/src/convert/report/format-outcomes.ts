import { bytesText, table } from '@pip-graft/report/text';
import type { Verdict } from '@pip-graft/validate';
import type { Annotation } from '../../pipeline/print.ts';
import type { ShardRecord } from '../../shard.ts';
import { version } from '../../version.ts';
import { untimed } from '../cache/cache.ts';
import type { ConfigPath, LineOf } from '../config/config-lines.ts';
import type { JobConfig } from '../config/schema.ts';
import {
  countsText,
  durationText,
  exitOf,
  figureText,
  isTrained,
  type Outcome,
  totalBytes,
} from '../job/job.ts';

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
  const failures = failureLines(outcomes);
  return [
    table([head, ...rows], columns),
    ...(failures.length > 0 ? ['', ...failures] : []),
    '',
    sentence(outcomes),
  ].join('\n');
}

/** Why jobs failed or were skipped. */
export function failureLines(outcomes: readonly Outcome[]): string[] {
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
  if (outcomes.length === 0) return 'no job in this shard';
  const cached = outcomes.filter(({ status }) => status === 'cached').length;
  if (cached === outcomes.length) {
    const written = outcomes.filter(({ placed }) => placed).length;
    return written === 0
      ? `nothing to do: ${cached === 1 ? 'the job is' : `all ${cached} jobs are`} cached, and outputs are in place`
      : `nothing to make: ${jobs(cached)} cached; the outputs of ${jobs(written)} put back in place`;
  }
  return `${jobs(outcomes.length)}: ${countsText(outcomes)}`;
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
): object {
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

/** The config that annotations refer to. */
export interface Annotated {
  /** Path from the root of the repository, with slashes. */
  readonly file: string;
  readonly lineOf: LineOf;
  /** Jobs in the order of the config. */
  readonly jobs: readonly JobConfig[];
}

/**
 * Annotations that GitHub shows beside the config: an error for each failed gate and each job that
 * failed otherwise, a warning for a skipped job, a notice for a skipped gate.
 */
export function annotations(outcomes: readonly Outcome[], config: Annotated): Annotation[] {
  const { file, lineOf, jobs } = config;
  return outcomes.flatMap(({ name, status, failure, made }) => {
    const index = jobs.findIndex((job) => job.name === name);
    const gates = shownGates(made?.gates ?? []).filter((gate) => gate.status !== 'passed');
    const remarks = gates.map((gate): Annotation => {
      const path = gatePath(gate.name, jobs[index]?.gates?.quality ?? []);
      const failed = gate.status === 'failed';
      return {
        kind: failed ? 'error' : 'notice',
        title: `${name}: ${gate.name}`,
        file,
        line: lineOf(['jobs', index, ...path]),
        text: failed ? figureText(gate) : `not judged: ${gate.detail}`,
      };
    });
    const whole = { title: name, file, line: lineOf(['jobs', index]) };
    const text = failure?.message ?? '';
    if (status === 'failed' && !gates.some((gate) => gate.status === 'failed'))
      remarks.push({ kind: 'error', ...whole, text });
    if (status === 'skipped')
      remarks.push({ kind: 'warning', ...whole, text: `not done: ${text}` });
    return remarks;
  });
}

/** Replaces a failed validation by its failed checks. */
function shownGates(gates: readonly Verdict[]): Verdict[] {
  const isCheck = ({ name }: Verdict): boolean => name.startsWith('validate: ');
  const detailed = gates.some((gate) => isCheck(gate) && gate.status === 'failed');
  return gates.filter((gate) =>
    isCheck(gate) ? gate.status === 'failed' : !(detailed && gate.name === 'validate'),
  );
}

/** Path of a gate in its job. */
function gatePath(gate: string, quality: readonly { readonly data: string }[]): ConfigPath {
  if (gate === 'size') return ['gates', 'maxBytes'];
  if (gate.startsWith('validate')) return ['gates', 'validate'];
  if (gate === 'parity') return ['gates', 'parity'];
  return [
    'gates',
    'quality',
    Math.max(
      0,
      quality.findIndex(({ data }) => gate.includes(data)),
    ),
  ];
}
