import { type PlanChoices, planOn, requireSites } from '@pip-graft/graft';
import { type Home, type OpenHost, openAdapter, openHost } from '@pip-graft/graft/node';
import type { Adapter, PlanResult } from '@pip-graft/pip-core';
import { Option } from 'commander';
import { parseWeights } from './parse-weights.ts';
import { sensorOf } from './sensor-of.ts';
import { type SitesOption, sitesOption } from './sites-option.ts';

/** Options that `plan` and `apply` share. */
export interface GraftOptions extends SitesOption {
  readonly adapter: readonly string[];
  readonly bake?: string;
  /** A sensor's folder; true for the adapter's own. */
  readonly auto?: string | true;
  readonly allowUnbound?: boolean;
  readonly inputs: 'optional' | 'required';
}

export function graftOptions(): Option[] {
  return [
    ...swapOptions().filter(({ long }) => long !== '--inputs'),
    inputsOption().default('optional'),
  ];
}

/** The options of `swap`, which keeps the kind of inputs that is there. */
export function swapOptions(): Option[] {
  return [
    new Option(
      '--adapter <adapter>',
      'adapter folder, npm package, or init[:key=value,…] for a fresh one (keys: mode, attach, gate, labels, seed, prompt-channels, prompt-size, prompt-std); several times for several adapters on one host',
    )
      .argParser((text: string, all: readonly string[] = []) => [...all, text])
      .makeOptionMandatory(),
    new Option(
      '--bake <weights>',
      'fix the degradation, label or label=weight,…, and add no inputs',
    ),
    new Option(
      '--auto [sensor]',
      'find the degradation where a caller gives none: a folder of `graft train sensor`; default: the sensor that the adapter carries',
    ),
    sitesOption(),
    inputsOption(),
    new Option('--allow-unbound', 'graft an adapter that was made for another host'),
  ];
}

function inputsOption(): Option {
  return new Option(
    '--inputs <kind>',
    'optional: degradation and strength have defaults; required: a caller has to feed them, which onnxruntime-node and -web need to feed them at all',
  ).choices(['optional', 'required']);
}

export interface Planned {
  readonly host: OpenHost;
  readonly adapters: readonly Adapter[];
  readonly choices: PlanChoices;
  readonly result: PlanResult;
}

/** Opens host and adapters and plans. Errors: exit 3 and 4 of the table in the reference. */
export function planHost(path: string, options: GraftOptions, cwd: string, home?: Home): Planned {
  const host = openHost(path, home);
  requireSites(host);
  const adapters = options.adapter.map((text) => openAdapter(text, host, cwd));
  const choices = choicesOf(options, adapters, cwd);
  return { host, adapters, choices, result: planOn(host, adapters, choices) };
}

/** What was asked for on the command line. Errors: `UNKNOWN_LABEL`, `INVALID_WEIGHTS`; those of sensors. */
export function choicesOf(
  { adapter = [], bake, auto, sites, inputs, allowUnbound }: Partial<GraftOptions>,
  adapters: readonly Adapter[],
  cwd: string,
): PlanChoices {
  const labels = adapters.flatMap(({ config }) => config.labels);
  const weights = bake === undefined ? [] : parseWeights(bake, labels);
  return {
    ...(bake === undefined
      ? {}
      : {
          bake: { weights: Object.fromEntries(weights.map((weight, at) => [labels[at]!, weight])) },
        }),
    ...(auto === undefined ? {} : { auto: sensorOf(auto, adapter, cwd) }),
    ...(sites === undefined ? {} : { sites }),
    ...(inputs === undefined ? {} : { requireInputs: inputs === 'required' }),
    ...(allowUnbound ? { allowUnbound } : {}),
  };
}
