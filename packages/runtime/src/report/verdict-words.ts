import { count } from './format.ts';
import type { ReportData, ReportModel } from './report-data.ts';

export interface VerdictWords {
  readonly status: 'passed' | 'failed' | 'skipped';
  /** The whole verdict in one plain sentence. */
  readonly sentence: string;
  /** What must not be concluded from the pictures; undefined when every adapter was trained. */
  readonly caution?: string;
}

/** What a report says first. */
export function verdictWords({ models }: ReportData): VerdictWords {
  const by = (status: string): ReportModel[] =>
    models.filter((model) => (model.validation?.status ?? 'skipped') === status);
  const [failed, passed, open] = [by('failed'), by('passed'), by('skipped')];
  const untrained = models.filter((model) => !model.trained);
  const caution =
    untrained.length === 0
      ? {}
      : {
          caution: `${untrained.length === models.length ? 'The adapter is' : `The adapter of ${names(untrained)} is`} untrained. Its weights are random or neutral: the pictures show that the graft works and can be steered, not that it restores anything.`,
        };
  if (failed.length > 0) {
    const sentence = `${count(failed.length, 'grafted model')} of ${models.length} failed validation: ${names(failed)}.`;
    return { status: 'failed', sentence, ...caution };
  }
  if (passed.length === 0 || open.length > 0) {
    const sentence =
      open.length === 0 ? 'There is nothing to report.' : `Not validated: ${names(open)}.`;
    return { status: 'skipped', sentence, ...caution };
  }
  const sentence =
    models.length === 1
      ? `The grafted ${names(models)} passed every check that was run.`
      : `All ${models.length} grafted models passed every check that was run.`;
  return { status: 'passed', sentence, ...caution };
}

/** So many are named; the rest are counted. */
const named = 5;

function names(models: readonly ReportModel[]): string {
  const shown = models.slice(0, named).map((model) => model.name);
  const rest = models.length - shown.length;
  return `${shown.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
