import type { Refusal } from './plan.ts';
import type { PlanRequest } from './plan-request.ts';

/** Metadata entry that marks a grafted file. */
export const stampKey = 'pip_graft';

/** The oldest operator set that nodes are written for, and the newest that they were checked with. */
export const planOpsets = { lowest: 11, checked: 23 } as const;

/** IR version from which an initializer may be the default of an input that a caller overrides. */
const overridableSince = 4;

export interface Remarks {
  readonly refusals: Refusal[];
  readonly warnings: string[];
}

/** What speaks against grafting anything onto this host. */
export function checkHost(
  { model, sites, options = {} }: PlanRequest,
  { refusals, warnings }: Remarks,
): void {
  const label = model.source.label;
  const opset = model.opsets.get('');
  if (model.metadata.has(stampKey)) {
    refusals.push({
      code: 'ALREADY_GRAFTED',
      message: alreadyGrafted(label),
    });
  }
  if (opset === undefined || opset < planOpsets.lowest) {
    refusals.push({
      code: 'UNSUPPORTED_HOST',
      message: `${label}: operator set ${opset ?? 'unknown'}; grafting needs ${planOpsets.lowest} or newer, so convert the model first.`,
    });
  } else if (opset > planOpsets.checked) {
    warnings.push(
      `operator set ${opset} is newer than ${planOpsets.checked}, the newest this version was checked with`,
    );
  }
  if (
    model.irVersion < overridableSince &&
    options.bake === undefined &&
    options.inputs === 'optional'
  ) {
    refusals.push({
      code: 'UNSUPPORTED_HOST',
      message: `${label}: IR version ${model.irVersion} has no optional inputs; bake the degradation, require the inputs, or convert the model to IR version ${overridableSince} or newer.`,
    });
  }
  if (sites.length === 0) {
    refusals.push({ code: 'NO_SITES', message: `${label}: no skip connection was found.` });
  }
}

/** Why a grafted model is no host, and what to do. */
export function alreadyGrafted(label: string): string {
  return `${label}: it already carries a graft (metadata '${stampKey}'); exchange its adapters with \`graft swap\`, or take it out with \`graft remove\` and give all adapters at once.`;
}
