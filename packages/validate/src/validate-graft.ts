import { type ErrorCode, GraftError } from '@pip-graft/onnx-graft';
import { checks } from './checks/index.ts';
import type { ValidationFigures } from './figures.ts';
import { type OpenSubject, openSubject } from './subject/open-subject.ts';
import type { Check, Subject } from './subject/subject.ts';
import type { ValidateOptions } from './validate-options.ts';
import { type Outcome, skipped, type Validation, type Verdict } from './verdict.ts';

/** Names of all checks, in the order they run. */
export const checkNames: readonly string[] = checks.map((check) => check.name);

/**
 * Tries whether a grafted model is sound on the machine it runs on: one verdict
 * for each check, each with its figure. Temporary files are private and removed.
 *
 * `skipped` as a whole means that the device or the runtime is not there; it is
 * never `passed` without a run.
 *
 * Errors: those of opening a model; `NOT_GRAFTED`; `INVALID_ARGUMENT` for an
 * unknown name in `only`. A model that onnxruntime refuses is a failed check.
 *
 * @example
 * const { status, checks } = await validateGraft({ grafted: 'out.onnx', base: 'host.onnx' });
 */
export async function validateGraft(options: ValidateOptions): Promise<Validation> {
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
      const outcome: Awaited<ReturnType<Check['run']>> =
        useless === undefined ? await attempt(check, subject) : skipped(useless);
      const { figures: measured, ...verdict } = outcome;
      figures = { ...figures, ...measured };
      note({ name: check.name, ...verdict });
      if (check.name === 'loads' && verdict.status === 'failed')
        useless = 'The model does not load.';
    }
  } catch (error) {
    // What was stopped ends in an error of its own, which says nothing about the model.
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

/** Checks that take long or need to be told something: run only when asked for. */
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
      `There is no check "${unknown}"; there are ${checkNames.join(', ')}.`,
    );
  }
  return checks.filter(({ name }) =>
    only === undefined ? (onDemand[name]?.(options) ?? true) : only.includes(name),
  );
}

/** A full disk or a wrong argument says nothing about the model. */
const ours: ReadonlySet<ErrorCode> = new Set(['WRITE_FAILED', 'READ_FAILED', 'INVALID_ARGUMENT']);

/** A model that cannot be run is what validation is there to find; anything unforeseen is a fault of ours. */
async function attempt(check: Check, subject: Subject): ReturnType<Check['run']> {
  try {
    return await check.run(subject);
  } catch (error) {
    if (!(error instanceof GraftError) || ours.has(error.code)) throw error;
    // At first a device may just not be there; later it has been lost, which is a finding.
    if (error.code === 'DEVICE_UNAVAILABLE' && check.name === 'loads') throw error;
    await subject.reset();
    return { status: 'failed', measured: null, limit: null, detail: error.message };
  }
}

/** Before or while the first session is made: no device is no verdict, a model that is refused is a bad one. */
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
