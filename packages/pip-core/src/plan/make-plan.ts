import { type ErrorCode, GraftError, NameScope } from '@pip-graft/onnx-graft';
import { type Adapter, checkAdapter, defaultWeights } from '../adapter/adapter.ts';
import { labelWeights } from '../config/label-weights.ts';
import { checkBase, checkHost, checkTogether, type Remarks } from './check-host.ts';
import { costAt } from './cost.ts';
import type {
  Baked,
  Plan,
  PlannedLevel,
  PlannedSensor,
  PlanResult,
  PlanSummary,
  SteeringInputs,
} from './plan.ts';
import { planLevels, sortAdapters } from './plan-levels.ts';
import type { PlanRequest } from './plan-request.ts';
import { planSensor } from './plan-sensor.ts';

/**
 * Plans a graft of adapters onto a host, or returns every reason not to. Edits nothing; what it
 * accepts will not fail halfway.
 *
 * Reasons have the codes `ALREADY_GRAFTED`, `UNSUPPORTED_HOST`, `UNSUPPORTED_LAYOUT`, `NO_SITES`,
 * `ADAPTER_MISMATCH`, `ADAPTER_INVALID`, `UNKNOWN_LABEL`, `INVALID_WEIGHTS` and `INVALID_ARGUMENT`.
 *
 * @example
 * const result = makePlan({ model, facts, sites, family, fingerprint, digest, adapters: [adapter] });
 * if (result.status === 'planned') console.log(result.plan.summary.parameters);
 */
export function makePlan(request: PlanRequest): PlanResult {
  const { model, family, digest, fingerprint = null, image = null } = request;
  const remarks: Remarks = { refusals: [], warnings: [] };
  checkHost(request, remarks);
  const given = sortAdapters(request.adapters);
  checkTogether(given, remarks);
  for (const adapter of given) {
    checkBase(adapter, request, remarks);
    collect(remarks, () => checkAdapter(adapter));
  }
  collect(remarks, () => planSensor(request, labelsOf(given)));
  const fixed = collect(remarks, () => bakedOf(given, request)) ?? null;
  const { adapters, baked } = active(given, fixed, remarks);
  const levels = planLevels(adapters, request, remarks);
  if (remarks.refusals.length > 0) return { status: 'refused', refusals: remarks.refusals };

  const { prefix, inputs, auto } = graftNames(request, baked);
  const modules = levels.flatMap((level) =>
    level.modules.map((module) => ({ ...level, ...module })),
  );
  const summary: PlanSummary = {
    host: {
      label: model.source.label,
      family,
      fingerprint,
      digest,
      opset: model.opsets.get('')!,
      image,
    },
    adapters: adapters.map(({ name, version, digest: made, training, config }) => {
      const { mode, attach, labels } = config;
      return { name, version, digest: made, trained: training !== null, mode, attach, labels };
    }),
    labels: labelsOf(adapters),
    prefix,
    inputs,
    inputKind: request.options?.inputs ?? 'required',
    defaultDegradation: adapters.flatMap((adapter) =>
      defaultWeights(adapter).map((weight) => (auto ? 0 : weight / adapters.length)),
    ),
    baked,
    auto,
    levels,
    parameters: learnedBy(levels),
    multiplyAdds256: modules.reduce(
      (sum, { cost, site }) => sum + costAt(cost, 256, 256, site.scale),
      0,
    ),
    warnings: [
      ...adapters
        .filter(({ training }) => training === null)
        .map(({ name }) => `adapter '${name}' is untrained`),
      ...(auto && !auto.trained
        ? [`sensor '${auto.name}' is untrained: what it finds means nothing`]
        : []),
      ...(image?.inParts
        ? [
            'its skip features hold several parts of each image in the batch, such as tiles, so one row of weights applies to all images of a batch',
          ]
        : []),
      ...(request.warnings ?? []),
      ...remarks.warnings,
    ],
  };
  const sensor = (auto && request.options?.auto) ?? null;
  return { status: 'planned', plan: { model, adapters, sensor, summary } };
}

/**
 * Returns the plan of a result. Errors: the code of the first refusal, with all messages.
 *
 * @example const plan = requirePlan(makePlan(request));
 */
export function requirePlan(result: PlanResult): Plan {
  if (result.status === 'planned') return result.plan;
  const code: ErrorCode = result.refusals[0]?.code ?? 'INVALID_ARGUMENT';
  throw new GraftError(code, result.refusals.map(({ message }) => message).join('\n'));
}

function labelsOf(adapters: readonly Adapter[]): string[] {
  return adapters.flatMap(({ config }) => config.labels);
}

/** Parameters of the adapters: a level counts once, however often the model applies its network. */
function learnedBy(levels: readonly PlannedLevel[]): number {
  const once = new Map(levels.map((level) => [level.site.level, level]));
  const modules = [...once.values()].flatMap((level) => level.modules);
  return modules.reduce((sum, module) => sum + module.parameters, 0);
}

/** The adapters with an effect: with fixed weights some may have none. */
function active(
  adapters: readonly Adapter[],
  baked: Baked | null,
  { warnings }: Remarks,
): { adapters: readonly Adapter[]; baked: Baked | null } {
  if (baked === null || adapters.length === 1) return { adapters, baked };
  const parts = adapters.map(({ config }, index) => {
    const start = labelsOf(adapters.slice(0, index)).length;
    return baked.weights.slice(start, start + config.labels.length);
  });
  const used = (index: number) => parts[index]!.some((weight) => weight > 0);
  for (const [index, { name }] of adapters.entries()) {
    if (!used(index)) warnings.push(`adapter '${name}' is omitted: none of its labels is baked`);
  }
  return {
    adapters: adapters.filter((_, index) => used(index)),
    baked: { ...baked, weights: parts.filter((_, index) => used(index)).flat() },
  };
}

function bakedOf(adapters: readonly Adapter[], { options = {} }: PlanRequest): Baked | null {
  if (options.bake === undefined) return null;
  const { weights, strength = 1 } = options.bake;
  if (!Number.isFinite(strength)) {
    throw new GraftError(
      'INVALID_ARGUMENT',
      `The strength to bake must be a number, not ${strength}.`,
    );
  }
  const baked = labelWeights(weights, labelsOf(adapters));
  if (baked.every((weight) => weight === 0)) {
    throw new GraftError(
      'INVALID_WEIGHTS',
      'The weights to bake are all zero, which is the host as it is; give at least one above 0.',
    );
  }
  return { weights: baked, strength };
}

function graftNames(
  { model, options: { auto } = {} }: PlanRequest,
  baked: Baked | null,
): { prefix: string; inputs: SteeringInputs | null; auto: PlannedSensor | null } {
  const scope = new NameScope(model);
  const prefix = scope.prefix('pip');
  if (baked !== null) return { prefix, inputs: null, auto: null };
  const inputs = { degradation: scope.take('degradation'), strength: scope.take('strength') };
  if (auto === undefined) return { prefix, inputs, auto: null };
  const { name, digest, training } = auto;
  const output = scope.take('degradation_found');
  return { prefix, inputs, auto: { name, digest, trained: training !== null, output } };
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
