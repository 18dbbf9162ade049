import { argument, type ErrorCode, GraftError } from '@pip-graft/onnx-graft';
import { batch } from './checks/batch.ts';
import { blind } from './checks/blind.ts';
import { finite } from './checks/finite.ts';
import { labels } from './checks/labels.ts';
import { largest } from './checks/largest.ts';
import { latency } from './checks/latency.ts';
import { layers } from './checks/layers.ts';
import { loads } from './checks/loads.ts';
import { memory } from './checks/memory.ts';
import { mixture } from './checks/mixture.ts';
import { neutralAll, neutralBasic, untrainedIdentity } from './checks/neutral.ts';
import { parity } from './checks/parity.ts';
import { placement } from './checks/placement.ts';
import { records } from './checks/records.ts';
import { removal } from './checks/removal.ts';
import { settings } from './checks/settings.ts';
import { sizeMultiple } from './checks/size-multiple.ts';
import { sizes } from './checks/sizes.ts';
import { tiles } from './checks/tiles.ts';
import { upstream } from './checks/upstream.ts';
import { type OpenSubject, openSubject, type ValidateOptions } from './subject/open-subject.ts';
import type { Check, Subject } from './subject/subject.ts';
import {
  type Outcome,
  skipped,
  type Validation,
  type ValidationFigures,
  type Verdict,
} from './verdict.ts';

/**
 * All checks, ordered so that those that share a pair of sessions run in a row: optimised sessions,
 * graphs as written, sessions with inner values, then the files.
 */
const checks: readonly Check[] = [
  loads,
  placement,
  neutralAll,
  latency,
  tiles,
  parity,
  neutralBasic,
  untrainedIdentity,
  batch,
  sizes,
  sizeMultiple,
  settings,
  upstream,
  labels,
  mixture,
  blind,
  finite,
  layers,
  records,
  removal,
  memory,
  largest,
];

/** Names of all checks, in the order they run. */
export const checkNames: readonly string[] = checks.map((check) => check.name);

/**
 * Checks a grafted model on this machine and returns one verdict, with its figure, per check.
 * Temporary files are private and removed.
 *
 * The overall status is `skipped` when the device or the runtime is missing, and never `passed`
 * unless a check ran.
 *
 * Errors: those of opening a model; `NOT_GRAFTED`; `INVALID_ARGUMENT` for an
 * unknown name in `only`. A model that onnxruntime rejects is a failed check.
 *
 * @example
 * const { status, checks } = await validateGraft({ grafted: 'out.onnx', base: 'host.onnx' });
 */
export async function validateGraft(options: ValidateOptions): Promise<Validation> {
  argument.requireMembers(options, 'validateGraft', { grafted: 'text' });
  let chosen = choose(options);
  const verdicts: Verdict[] = [];
  let figures: ValidationFigures = {};
  const note = (verdict: Verdict): void => {
    verdicts.push(verdict);
    options.onCheck?.(verdict, verdicts.length, chosen.length);
  };
  let opened: OpenSubject | undefined;
  try {
    opened = await openSubject(options);
    const { subject } = opened;
    if (options.only === undefined)
      chosen = chosen.filter(({ applies }) => applies?.(subject) ?? true);
    let useless: string | undefined;
    for (const check of chosen) {
      options.signal?.throwIfAborted();
      options.onStart?.(check.name, verdicts.length, chosen.length);
      const started = performance.now();
      const outcome: Awaited<ReturnType<Check['run']>> =
        useless === undefined ? await attempt(check, subject) : skipped(useless);
      const { figures: measured, ...verdict } = outcome;
      figures = { ...figures, ...measured };
      const milliseconds = Math.round(performance.now() - started);
      note({ name: check.name, ...verdict, ...(useless === undefined ? { milliseconds } : {}) });
      if (check.name === 'loads' && verdict.status === 'failed')
        useless = 'The model does not load.';
    }
  } catch (error) {
    // A cancelled run throws too, which says nothing about the model.
    options.signal?.throwIfAborted();
    const outcome = refusal(error);
    if (outcome === undefined) throw error;
    note({ name: 'loads', ...outcome });
  } finally {
    await opened?.close();
  }
  options.signal?.throwIfAborted();
  return { status: overall(verdicts), checks: verdicts, figures };
}

/** Checks that are slow or need a setting; they run only on request. */
const onDemand: Readonly<Record<string, (options: ValidateOptions) => boolean>> = {
  'ran on the device': ({ device = 'cpu' }) => device !== 'cpu',
  layers: ({ layers = false }) => layers,
  tiles: ({ tiles }) => tiles !== undefined,
  'largest image': ({ sweep = false }) => sweep,
};

function choose(options: ValidateOptions): readonly Check[] {
  const { only } = options;
  const unknown = only?.find((name) => !checkNames.includes(name));
  if (unknown !== undefined) {
    throw new GraftError(
      'INVALID_ARGUMENT',
      `Check '${unknown}': not known; use one of ${checkNames.join(', ')}.`,
    );
  }
  return checks.filter(({ name }) =>
    only === undefined ? (onDemand[name]?.(options) ?? true) : only.includes(name),
  );
}

/** Codes of errors that say nothing about the model, such as a full disk or a wrong argument. */
const ours: ReadonlySet<ErrorCode> = new Set(['WRITE_FAILED', 'READ_FAILED', 'INVALID_ARGUMENT']);

/** Turns a model that fails to run into a verdict; rethrows anything unexpected, which is our bug. */
async function attempt(check: Check, subject: Subject): ReturnType<Check['run']> {
  try {
    return await check.run(subject);
  } catch (error) {
    if (!(error instanceof GraftError) || ours.has(error.code)) throw error;
    // A device missing at the start is not a finding; a device lost later is.
    if (error.code === 'DEVICE_UNAVAILABLE' && check.name === 'loads') throw error;
    await subject.reset();
    return { status: 'failed', measured: null, limit: null, detail: error.message };
  }
}

/**
 * Returns the verdict if the first session fails to open: skipped without a device, failed for a
 * rejected model.
 */
function refusal(error: unknown): Outcome | undefined {
  if (!(error instanceof GraftError)) return undefined;
  if (error.code === 'DEVICE_UNAVAILABLE') return skipped(error.message);
  if (error.code !== 'RUNTIME_FAILED') return undefined;
  return { status: 'failed', measured: null, limit: null, detail: error.message };
}

function overall(verdicts: readonly Verdict[]): Validation['status'] {
  if (verdicts.some((verdict) => verdict.status === 'failed')) return 'failed';
  return verdicts.some((verdict) => verdict.status === 'passed') ? 'passed' : 'skipped';
}
