import type { OpenHost } from '@pip-graft/graft/node';
import { restorerGraph, validationPatches } from '@pip-graft/train';
import type { OpenRun } from './open-run.ts';
import { readBest } from './read-best.ts';
import type { TrainRequest } from './train-request.ts';
import { readValidations, ValidationLog } from './validation-log.ts';
import { defaultValidateEvery } from './validation-request.ts';
import type { ValidationPlan } from './validator.ts';

/** How a run is validated; undefined for one that is not. Errors: those of `restorerGraph` and of reading the best state. */
export function planValidation(
  host: OpenHost,
  { adapter, state, validation }: OpenRun,
  given: TrainRequest,
  { path, bestPath }: { readonly path: string; readonly bestPath: string },
): ValidationPlan | undefined {
  if (!validation) return undefined;
  const { set, patch } = validation;
  const labels = set.map(({ label }) => label);
  const kept = state.step === 0 ? null : (readBest(bestPath, state)?.best ?? null);
  const known = readValidations(path).find(({ step }) => step === kept?.step);
  const best = kept && { step: kept.step, mean: kept.figure, psnr: known?.psnr ?? {} };
  return {
    ...validation,
    graph: restorerGraph(host, adapter, {
      ...{ batch: validationPatches, patch, learn: given.params },
    }),
    every: given.validateEvery ?? defaultValidateEvery,
    patience: given.patience,
    log: new ValidationLog(path, state.step, labels),
    ...{ bestPath, best },
  };
}
