import { lookAt } from '@pip-graft/graft';
import { openModel } from '@pip-graft/onnx-graft/node';
import type { Verdict } from '@pip-graft/validate';
import type { GatesConfig } from '../config/schema.ts';
import { judge } from './judge.ts';

/** `graft validate` on an output: a verdict for each of its checks. */
export async function validateGate(
  path: string,
  wanted: NonNullable<GatesConfig['validate']>,
  signal: AbortSignal | undefined,
  onStep: (check: string, done: number, total: number) => void,
): Promise<Verdict[]> {
  const { device = 'cpu', maxOverhead, maxMemory } = wanted === true ? {} : wanted;
  const opened = openModel(path);
  const { sizeMultiple } = lookAt(opened.model);
  opened.close();
  const verdicts: Verdict[] = [];
  const whole = await judge('validate', async () => {
    const { validateGraft } = await import('@pip-graft/validate');
    const { status, checks } = await validateGraft({
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
    for (const check of checks) verdicts.push({ ...check, name: `validate: ${check.name}` });
    const detail = `${checks.filter((check) => check.status === 'passed').length} of ${checks.length} checks passed on ${device}.`;
    return { status, measured: null, limit: null, detail };
  });
  return [whole, ...verdicts];
}
