import { type ErrorCode, GraftError, NameScope } from '@pip-graft/onnx-graft';
import { checkAdapter, defaultWeights } from '../adapter/adapter.ts';
import { labelWeights } from '../config/label-weights.ts';
import { checkBase } from './check-base.ts';
import { checkHost, type Remarks } from './check-host.ts';
import { costAt } from './cost.ts';
import type { Baked, Plan, PlanResult, SteeringInputs } from './plan.ts';
import { planLevels } from './plan-levels.ts';
import type { PlanRequest } from './plan-request.ts';

/**
 * What grafting an adapter onto a host will do, or every reason not to. Nothing
 * is edited, and what it lets through will not fail half way.
 *
 * Reasons carry the codes `ALREADY_GRAFTED`, `UNSUPPORTED_HOST`,
 * `UNSUPPORTED_LAYOUT`, `NO_SITES`, `ADAPTER_MISMATCH`, `ADAPTER_INVALID`,
 * `UNKNOWN_LABEL`, `INVALID_WEIGHTS` and `INVALID_ARGUMENT`.
 *
 * @example
 * const result = planGraft({ model, facts, sites, family, fingerprint, digest, adapter });
 * if (result.status === 'planned') process.stdout.write(formatPlan(result.plan));
 */
export function planGraft(request: PlanRequest): PlanResult {
  const { model, adapter, family, digest, fingerprint = null } = request;
  const remarks: Remarks = { refusals: [], warnings: [] };
  checkHost(request, remarks);
  checkBase(request, remarks);
  collect(remarks, () => checkAdapter(adapter));
  const levels = planLevels(request, remarks);
  const baked = collect(remarks, () => bakedOf(request)) ?? null;
  if (remarks.refusals.length > 0) return { status: 'refused', refusals: remarks.refusals };

  const { prefix, inputs } = graftNames(request, baked);
  const trained = adapter.training !== null;
  const warnings = [
    ...(trained ? [] : [`adapter '${adapter.name}' is untrained`]),
    ...remarks.warnings,
  ];
  const plan: Plan = {
    host: { label: model.source.label, family, fingerprint, digest, opset: model.opsets.get('')! },
    adapter: { name: adapter.name, version: adapter.version, digest: adapter.digest, trained },
    mode: adapter.config.mode,
    attach: adapter.config.attach,
    labels: adapter.config.labels,
    prefix,
    inputs,
    requireInputs: request.options?.requireInputs ?? false,
    defaultDegradation: defaultWeights(adapter),
    baked,
    levels,
    parameters: levels.reduce((sum, level) => sum + level.parameters, 0),
    multiplyAdds256: levels.reduce(
      (sum, { cost, site }) => sum + costAt(cost, 256, 256, site.scale),
      0,
    ),
    warnings,
  };
  return { status: 'planned', plan };
}

/**
 * The plan of a result. Errors: the code of the first refusal, with the messages of all.
 *
 * @example const plan = requirePlan(planGraft(request));
 */
export function requirePlan(result: PlanResult): Plan {
  if (result.status === 'planned') return result.plan;
  const code: ErrorCode = result.refusals[0]?.code ?? 'INVALID_ARGUMENT';
  throw new GraftError(code, result.refusals.map(({ message }) => message).join('\n'));
}

function bakedOf({ adapter, options = {} }: PlanRequest): Baked | null {
  if (options.bake === undefined) return null;
  const { weights, strength = 1 } = options.bake;
  if (!Number.isFinite(strength)) {
    throw new GraftError(
      'INVALID_ARGUMENT',
      `The strength to bake must be a number, not ${strength}.`,
    );
  }
  return { weights: labelWeights(weights, adapter.config.labels), strength };
}

function graftNames(
  { model }: PlanRequest,
  baked: Baked | null,
): { prefix: string; inputs: SteeringInputs | null } {
  const scope = new NameScope(model);
  const prefix = scope.prefix('pip');
  if (baked !== null) return { prefix, inputs: null };
  return {
    prefix,
    inputs: { degradation: scope.take('degradation'), strength: scope.take('strength') },
  };
}

/** Runs a check and turns its error into a refusal. */
function collect<T>({ refusals }: Remarks, check: () => T): T | undefined {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof GraftError)) throw error;
    refusals.push({ code: error.code, message: error.message });
    return undefined;
  }
}
