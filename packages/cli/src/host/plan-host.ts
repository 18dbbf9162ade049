import { planOn, requireSites } from '@pip-graft/graft';
import { type Home, type OpenHost, openAdapter, openHost } from '@pip-graft/graft/node';
import type { Adapter, PlanResult } from '@pip-graft/pip-core';
import { Option } from 'commander';
import { parseWeights } from '../session/parse-weights.ts';
import { type SitesOption, sitesOption } from './sites-option.ts';

/** Options that `plan` and `apply` share. */
export interface GraftOptions extends SitesOption {
  readonly adapter: string;
  readonly bake?: string;
  readonly allowUnbound?: boolean;
  readonly inputs: 'optional' | 'required';
}

export function graftOptions(): Option[] {
  return [
    new Option(
      '--adapter <adapter>',
      'adapter folder, npm package, or init[:key=value,…] for a fresh one (keys: mode, attach, labels, seed, prompt-channels, prompt-size)',
    ).makeOptionMandatory(),
    new Option(
      '--bake <weights>',
      'fix the degradation, label or label=weight,…, and add no inputs',
    ),
    sitesOption(),
    new Option(
      '--inputs <kind>',
      'optional: degradation and strength have defaults; required: a caller has to feed them, which onnxruntime-node and -web need to feed them at all',
    )
      .choices(['optional', 'required'])
      .default('optional'),
    new Option('--allow-unbound', 'graft an adapter that was made for another host'),
  ];
}

export interface Planned {
  readonly host: OpenHost;
  readonly adapter: Adapter;
  readonly result: PlanResult;
}

/** Opens host and adapter and plans. Errors: exit 3 and 4 of the table in the reference. */
export function planHost(path: string, options: GraftOptions, cwd: string, home?: Home): Planned {
  const host = openHost(path, home);
  requireSites(host);
  const adapter = openAdapter(options.adapter, host, cwd);
  const bake =
    options.bake === undefined
      ? undefined
      : { weights: parseWeights(options.bake, adapter.config.labels) };
  const result = planOn(host, adapter, {
    ...(bake ? { bake } : {}),
    ...(options.sites === undefined ? {} : { sites: options.sites }),
    requireInputs: options.inputs === 'required',
    ...(options.allowUnbound ? { allowUnbound: true } : {}),
  });
  return { host, adapter, result };
}
