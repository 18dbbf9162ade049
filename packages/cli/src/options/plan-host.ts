import { resolve } from 'node:path';
import {
  type Adapter,
  type GraftOptions as Choices,
  GraftError,
  type InputKind,
  inputKinds,
  type Plan,
  planGraft,
  requireSites,
  type Sensor,
} from '@pip-graft/graft';
import {
  type Home,
  type OpenHost,
  openAdapter,
  openHost,
  readSensor,
  resolveSensor,
} from '@pip-graft/graft/node';
import { Option } from 'commander';
import { choicesOfDoor, type DoorChoices, doorOptions } from './expected-device.ts';
import { joined } from './options.ts';
import { parseLabelWeights } from './parse-weights.ts';

/** Options that `plan` and `apply` share. */
export interface GraftOptions extends SitesOption, DoorChoices {
  readonly adapter: readonly string[];
  readonly bake?: string;
  /** Folder of a sensor; true for the adapter's own. */
  readonly auto?: string | true;
  readonly allowUnbound?: boolean;
  readonly inputs: InputKind;
}

export function graftOptions(): Option[] {
  return [
    ...swapOptions().filter(({ long }) => long !== '--inputs'),
    inputsOption().default('required'),
  ];
}

/** Returns the options of `swap`, which keeps the current kind of inputs by default. */
export function swapOptions(): Option[] {
  return [
    new Option(
      '--adapter <adapter>',
      'adapter folder, npm package, hf:owner/name[@revision][/folder] on the model hub, or init[:key=value,…] for a fresh one (keys: mode, attach, gate, labels, seed, prompt-channels, prompt-size, position, prompt-std); several times for several adapters on one host',
    )
      .argParser((text: string, all: readonly string[] = []) => [...all, text])
      .makeOptionMandatory(),
    new Option(
      '--bake <weights>',
      'fix the degradation (label or label=weight,…) and add no inputs',
    ).argParser(joined),
    new Option(
      '--auto [sensor]',
      "detect the degradation when the caller passes none: a sensor folder of `graft train sensor`; default: the adapter's own sensor",
    ),
    sitesOption(),
    inputsOption(),
    ...doorOptions(),
    new Option('--allow-unbound', 'graft an adapter that was made for another host'),
  ];
}

function inputsOption(): Option {
  return new Option(
    '--inputs <kind>',
    'required: callers feed degradation and strength; optional: both have defaults, which callers in Python, C and C# can override and callers in Node and the web cannot',
  ).choices(inputKinds);
}

export interface Planned {
  readonly host: OpenHost;
  readonly plan: Plan;
}

/**
 * Opens host and adapters and plans the graft. Close the host.
 *
 * Errors: those with exit status 3 and 4.
 */
export async function planHost(
  path: string,
  options: GraftOptions,
  cwd: string,
  home?: Home,
): Promise<Planned> {
  const host = await openHost(path, home);
  try {
    requireSites(host);
    const adapters = await Promise.all(
      options.adapter.map((text) => openAdapter(text, { for: host, cwd })),
    );
    return { host, plan: planGraft(host, adapters, choicesOf(options, adapters, cwd)) };
  } catch (error) {
    host.close();
    throw error;
  }
}

/** Converts options to choices. Errors: `UNKNOWN_LABEL`, `INVALID_WEIGHTS`; those of sensors. */
export function choicesOf(
  { adapter = [], bake, auto, sites, inputs, allowUnbound, range, feed }: Partial<GraftOptions>,
  adapters: readonly Adapter[],
  cwd: string,
): Choices {
  const labels = adapters.flatMap(({ config }) => config.labels);
  return {
    bake: bake === undefined ? undefined : { weights: parseLabelWeights(bake, labels) },
    auto: auto === undefined ? undefined : sensorOf(auto, adapter, cwd),
    sites,
    inputs,
    allowUnbound,
    ...choicesOfDoor({ ...(range ? { range } : {}), ...(feed ? { feed } : {}) }),
  };
}

/** Returns the option that chooses one of several networks in a checkpoint. */
export function prefixOption(): Option {
  return new Option(
    '--prefix <path>',
    "prefix of the network's tensor names, such as state_dict.student; default: the only network's, or its average's (EMA)",
  );
}

export interface SitesOption {
  readonly sites?: string;
}

export function sitesOption(): Option {
  return new Option(
    '--sites <sites>',
    'graft only these skip connections: levels or value names joined by commas, such as 1,3; ^ excludes one, such as ^2',
  ).argParser(joined);
}

/**
 * Reads the sensor in a folder, or, for `true`, the adapter's own.
 *
 * Errors: `INVALID_ARGUMENT` if several adapters, or a fresh one, have no sensor for all labels;
 * those of reading sensors.
 */
export function sensorOf(auto: string | true, adapters: readonly string[], cwd: string): Sensor {
  if (auto !== true) return readSensor(resolve(cwd, auto));
  const [only, ...others] = adapters;
  if (only === undefined || others.length > 0)
    throw new GraftError(
      'INVALID_ARGUMENT',
      '--auto: with several adapters, give the folder of a sensor for all of their labels.',
    );
  if (only === 'init' || only.startsWith('init:'))
    throw new GraftError(
      'INVALID_ARGUMENT',
      '--auto: a fresh adapter carries no sensor; give the folder of one.',
    );
  return resolveSensor(only, cwd);
}
