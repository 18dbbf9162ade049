import { lookAt } from '@pip-graft/graft';
import { openModel } from '@pip-graft/graft/node';
import type { ValidationFigures, Verdict } from '@pip-graft/validate';
import type { GatesConfig } from '../config/schema.ts';
import { judge } from './judge.ts';

/** What validation measured of time and memory. */
export type Measured = Pick<ValidationFigures, 'latency' | 'memory'>;

export interface Judged {
  readonly gates: readonly Verdict[];
  readonly measured: Measured;
}

/** `graft validate` on an output: a verdict for each of its checks, and what it measured. */
export async function validateGate(
  path: string,
  wanted: NonNullable<GatesConfig['validate']>,
  signal: AbortSignal | undefined,
  onStep: (check: string, done: number, total: number) => void,
): Promise<Judged> {
  const { device = 'cpu', maxOverhead, maxMemory } = wanted === true ? {} : wanted;
  const opened = openModel(path);
  const { sizeMultiple } = lookAt(opened.model);
  opened.close();
  const verdicts: Verdict[] = [];
  let measured: Measured = {};
  const whole = await judge('validate', async () => {
    const { validateGraft } = await import('@pip-graft/validate');
    const { status, checks, figures } = await validateGraft({
      grafted: path,
      device,
      sizeMultiple,
      budget: {
        ...(maxOverhead === undefined ? {} : { overhead: maxOverhead }),
        ...(maxMemory === undefined ? {} : { memory: maxMemory }),
      },
      ...(signal ? { signal } : {}),
      onStart: onStep,
    });
    const { latency, memory } = figures;
    measured = { ...(latency && { latency }), ...(memory && { memory }) };
    for (const check of checks) verdicts.push({ ...check, name: `validate: ${check.name}` });
    const detail = `${checks.filter((check) => check.status === 'passed').length} of ${checks.length} checks passed on ${device}.`;
    return { status, measured: null, limit: null, detail };
  });
  // What its checks took is theirs; its own is what remains, such as opening the model.
  const inChecks = verdicts.reduce((sum, { milliseconds = 0 }) => sum + milliseconds, 0);
  const milliseconds = Math.max(0, (whole.milliseconds ?? 0) - inChecks);
  return { gates: [{ ...whole, milliseconds }, ...verdicts], measured };
}
