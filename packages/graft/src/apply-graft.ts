import { argument, type Model } from '@pip-graft/onnx-graft';
import { applyPlan, type GraftTool, type Plan } from '@pip-graft/pip-core';
import { version } from './version.ts';

/**
 * Applies a plan. Leaves the host unchanged and writes no file.
 *
 * @param tool written into the file's stamp; default: this library
 *
 * @example
 * const host = hostOf(readModel(bytesSource(bytes)));
 * const grafted = modelBytes(applyGraft(planGraft(host, adapter)));
 */
export function applyGraft(plan: Plan, tool: GraftTool = { name: 'graft', version }): Model {
  const takes = 'a plan, which `planGraft` returns,';
  argument.requireKind(plan, { member: 'summary', place: 'applyGraft', takes });
  return applyPlan(plan, tool);
}
