import type { FloatTensor, TensorMap } from '@pip-graft/weights';
import type { Adapter, AdapterBase } from '../adapter/adapter.ts';
import type { Refusal } from './plan.ts';
import type { PlanRequest } from './plan-request.ts';

/** Metadata entry that marks a grafted file. */
export const stampKey = 'pip_graft';

/** Oldest operator set that nodes are written for, and the newest that was checked. */
export const planOpsets = { lowest: 11, checked: 23 } as const;

/** The newest IR version that onnxruntime 1.30 loads. */
const newestIr = 13;

/** Since this IR version an initializer may be the default of an input that a caller overrides. */
const overridableSince = 4;

export interface Remarks {
  readonly refusals: Refusal[];
  readonly warnings: string[];
}

/** Checks for reasons not to graft anything onto this host. */
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
  if (model.irVersion > newestIr) {
    warnings.push(
      `IR version ${model.irVersion} is newer than ${newestIr}, the newest this version was checked with`,
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

/** Why a grafted model cannot be a host, and what to do. */
export function alreadyGrafted(label: string): string {
  return `${label}: it already carries a graft (metadata '${stampKey}'); exchange its adapters with \`graft swap\`, or remove it with \`graft remove\` and give all adapters at once.`;
}

/** Checks whether an adapter was made for this host. */
export function checkBase(
  adapter: Adapter,
  request: PlanRequest,
  { refusals, warnings }: Remarks,
): void {
  const { family, digest, options = {} } = request;
  const { base } = adapter;
  const fingerprint = request.fingerprint ?? null;
  const fit = baseFit(base, request);
  if (fit.fits === false) {
    const sameFamily = base.family === family;
    const how = sameFamily ? `; ${differenceOf(adapter, request)}` : '';
    const message = `adapter '${adapter.name}' was made for ${fit.madeFor}${how}`;
    if (options.allowUnbound) warnings.push(message);
    else {
      const insist = 'to try it anyway, allow unbound adapters (--allow-unbound)';
      refusals.push({ code: 'ADAPTER_MISMATCH', message: `${message}; ${insist}.` });
    }
  } else if (fit.fits === null) {
    warnings.push(
      `adapter '${adapter.name}' does not say for which ${family} it was made; that it fits is not known`,
    );
  }
  // Same structure, other weights: the graft runs, but was trained on a different host.
  if (
    adapter.training !== null &&
    base.fingerprint !== null &&
    base.fingerprint === fingerprint &&
    base.digest !== null &&
    base.digest !== digest
  ) {
    warnings.push(
      `adapter '${adapter.name}' was trained on a file with the same structure but other bytes (${base.digest})`,
    );
  }
}

/** How a host differs from an adapter's, as far as its levels and element type tell. */
function differenceOf({ config }: Adapter, { model, facts, sites }: PlanRequest): string {
  const spell = (levels: readonly { readonly level: number; readonly channels: number }[]) =>
    levels.map(({ level, channels }) => `level ${level} of ${channels} channels`).join(', ');
  const made = config.levels.filter(
    ({ level, channels }) =>
      !sites.some((site) => site.level === level && site.channels === channels),
  );
  if (made.length > 0)
    return `it is another network: the adapter has ${spell(made)}, the host ${spell(sites)}`;
  const types = new Set(sites.map(({ value }) => facts.value(value)?.dataType));
  const quantised = model.graph.nodes.some(({ opType }) => opType === 'DequantizeLinear');
  if (quantised) return 'the host has the same levels, and its weights are quantised';
  const [type] = types;
  if (type !== undefined && type !== 'float32')
    return `the host has the same levels, and computes in ${type}, so its weights are rounded`;
  return 'the host has the same levels with other weights, or computes in another element type';
}

/** Identity of a host, as adapters record it. */
export interface BaseHost {
  readonly family: string;
  readonly fingerprint?: string | null;
  readonly digest: string;
}

/** Whether an adapter was made for a host, and if not, what it was made for. */
export type BaseFit =
  | { readonly fits: true }
  | { readonly fits: false; readonly madeFor: string }
  /** The adapter records only the family of its host. */
  | { readonly fits: null };

/**
 * Whether an adapter was made for a host: by fingerprint if both have one, else by the file.
 *
 * @example baseFit(adapter.base, { family: 'nafnet', ...host.identity() }).fits // true
 */
export function baseFit(base: AdapterBase, host: BaseHost): BaseFit {
  const { family, digest } = host;
  const fingerprint = host.fingerprint ?? null;
  if (base.family !== family)
    return { fits: false, madeFor: `${base.family}, and the host is ${family}` };
  if (base.fingerprint !== null && fingerprint !== null) {
    if (base.fingerprint === fingerprint) return { fits: true };
    return {
      fits: false,
      madeFor: `another ${family}: its fingerprint is ${base.fingerprint}, the host's ${fingerprint}`,
    };
  }
  if (base.digest === null) return { fits: null };
  if (base.digest === digest) return { fits: true };
  return {
    fits: false,
    madeFor: `another file: its digest is ${base.digest}, the host's ${digest}`,
  };
}

/** Checks that adapters can be told apart: no label and no adapter occurs twice. */
export function checkTogether(adapters: readonly Adapter[], { refusals }: Remarks): void {
  if (adapters.length === 0) {
    refusals.push({ code: 'INVALID_ARGUMENT', message: 'No adapter was given to graft.' });
  }
  const refuse = (message: string) => refusals.push({ code: 'ADAPTER_MISMATCH', message });
  for (const [index, b] of adapters.entries()) {
    for (const a of adapters.slice(0, index)) {
      const both = `adapters '${a.name}' and '${b.name}'`;
      if (isSame(a, b)) {
        refuse(`${both} are the same adapter twice: they hold the same tensors.`);
        continue;
      }
      for (const label of a.config.labels.filter((each) => b.config.labels.includes(each))) {
        refuse(`label '${label}' is in ${both}; a caller could not tell which is meant.`);
      }
    }
  }
}

function isSame(a: Adapter, b: Adapter): boolean {
  return (a.digest !== null && a.digest === b.digest) || sameTensors(a.tensors, b.tensors);
}

function sameTensors(a: TensorMap, b: TensorMap): boolean {
  if (a.size === 0 || a.size !== b.size) return false;
  return [...a].every(([name, tensor]) => {
    const other = b.get(name);
    return other !== undefined && sameNumbers(tensor, other);
  });
}

function sameNumbers(a: FloatTensor, b: FloatTensor): boolean {
  return a.dims.join() === b.dims.join() && a.data.every((value, at) => value === b.data[at]);
}
