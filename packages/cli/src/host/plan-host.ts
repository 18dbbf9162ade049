import { type Adapter, type PlanResult, planGraft } from '@pip-graft/pip-core';
import { Option } from 'commander';
import { parseWeights } from '../session/parse-weights.ts';
import { chooseSites, type SitesOption, sitesOption } from './choose-sites.ts';
import { openAdapter } from './open-adapter.ts';
import { type Home, type Host, identify, openHost } from './open-host.ts';
import { requireSites } from './require-sites.ts';

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
  readonly host: Host;
  readonly adapter: Adapter;
  readonly result: PlanResult;
}

/** Opens host and adapter and plans. Errors: exit 3 and 4 of the table in the reference. */
export function planHost(path: string, options: GraftOptions, cwd: string, home?: Home): Planned {
  const host = openHost(path, home);
  requireSites(host);
  const levels = chooseSites(host.located, options.sites);
  const identity = identify(host);
  const adapter = openAdapter(options.adapter, host, identity, cwd);
  const { located, model, facts } = host;
  const bake =
    options.bake === undefined
      ? undefined
      : { weights: parseWeights(options.bake, adapter.config.labels) };
  const result = planGraft({
    model,
    facts,
    sites: located.sites,
    family: located.family,
    ...identity,
    adapter,
    options: {
      ...(bake ? { bake } : {}),
      ...(options.sites === undefined ? {} : { levels: levels.map(({ level }) => level) }),
      requireInputs: options.inputs === 'required',
      ...(options.allowUnbound ? { allowUnbound: true } : {}),
    },
  });
  return { host, adapter, result };
}
