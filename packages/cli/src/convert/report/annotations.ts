import type { Verdict } from '@pip-graft/validate';
import type { Annotation } from '../../pipeline/annotation.ts';
import type { ConfigPath, LineOf } from '../config/config-lines.ts';
import type { JobConfig } from '../config/schema.ts';
import type { Outcome } from '../outcome.ts';
import { figureText } from './words.ts';

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
