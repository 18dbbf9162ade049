import type { Model } from '@pip-graft/onnx-graft';
import { applyPlan, type GraftTool, type Plan } from '@pip-graft/pip-core';
import { version } from './version.ts';

/**
 * Carries a plan out. The host is unchanged, and nothing is written.
 *
 * @param tool written into the file's stamp; default this library
 *
 * @example
 * const host = hostOf(readModel(bytesSource(bytes)));
 * const grafted = modelBytes(applyGraft(planGraft(host, adapter)));
 */
export function applyGraft(plan: Plan, tool: GraftTool = { name: 'graft', version }): Model {
  return applyPlan(plan, tool);
}
