import { GraftError, type SkipSite } from '@pip-graft/onnx-graft';
import type { TensorMap } from '@pip-graft/weights';
import { type ConfigChoices, defaultConfig } from '../config/default-config.ts';
import type { PipConfig } from '../config/pip-config.ts';
import { validateConfig } from '../config/validate-config.ts';
import { initialParameters, tensorProblems } from '../parameters/initial-parameters.ts';

/** The host that an adapter was made for. */
export interface AdapterBase {
  readonly family: string;
  /** What it is called where it is published, as `owner/model` on a hub; null when not known. */
  readonly name: string | null;
  /** Structure of the host, the same after renaming and exporting again; null when not known. */
  readonly fingerprint: string | null;
  /** `sha256:…` of the exact file; null when not known. */
  readonly digest: string | null;
}

/** PIP parameters with what they are, whom they fit and where they come from. */
export interface Adapter {
  readonly name: string;
  readonly version: string;
  readonly config: PipConfig;
  /** By full name; see `pipParameters`. */
  readonly tensors: TensorMap;
  readonly base: AdapterBase;
  /** Free-form record of how it was trained; null means untrained. */
  readonly training: Readonly<Record<string, unknown>> | null;
  /** Weights for a caller that passes none, in the order of the labels; null means all alike. */
  readonly defaultDegradation: readonly number[] | null;
  readonly license: string | null;
  readonly baseLicense: string | null;
  /** `sha256:…` of config and tensors; null until the `node` door has taken it. */
  readonly digest: string | null;
}

/**
 * Gives an adapter back when its config is sound and its tensors are exactly the config's.
 *
 * Errors: `ADAPTER_INVALID`, naming every tensor that is missing, extra, mis-shaped or not finite.
 */
export function checkAdapter(adapter: Adapter): Adapter {
  const { config, tensors, name } = adapter;
  validateConfig(config, `adapter '${name}'`, 'ADAPTER_INVALID');
  throwProblems(tensorProblems(tensors, config), `adapter '${name}'`);
  return adapter;
}

/** How many problems a message lists before it counts the rest. */
const listed = 8;

/** One `ADAPTER_INVALID` error out of several problems; none for none. */
export function throwProblems(problems: readonly string[], place: string): void {
  if (problems.length === 0) return;
  const rest = problems.length > listed ? `; and ${problems.length - listed} more` : '';
  throw new GraftError(
    'ADAPTER_INVALID',
    `${place}: ${problems.slice(0, listed).join('; ')}${rest}.`,
  );
}

/** The weights a model has when its caller gives none: the adapter's own, or all labels alike. */
export function defaultWeights({ config, defaultDegradation }: Adapter): readonly number[] {
  return defaultDegradation ?? config.labels.map(() => 1 / config.labels.length);
}

/** The host a fresh adapter is made for. */
export interface AdapterHost {
  readonly family: string;
  readonly sites: readonly Pick<SkipSite, 'level' | 'channels' | 'scale'>[];
  readonly name?: string | null;
  readonly fingerprint?: string | null;
  readonly digest?: string | null;
}

/** Choices for a fresh adapter; see {@link ConfigChoices}. */
export interface InitOptions extends ConfigChoices {
  readonly name?: string;
  /** Default 0. */
  readonly seed?: number;
}

/**
 * A fresh, untrained adapter for a host, bound to it.
 *
 * Errors: `INVALID_ARGUMENT` when choices do not fit together.
 *
 * @example initAdapter({ family, sites, fingerprint }, { labels: ['rain', 'haze'], seed: 7 })
 */
export function initAdapter(host: AdapterHost, options: InitOptions = {}): Adapter {
  const { name = 'init', seed = 0, ...choices } = options;
  const config = defaultConfig(host.family, host.sites, choices);
  return {
    name,
    version: '0.0.0',
    config,
    tensors: initialParameters(config, seed),
    base: {
      family: host.family,
      name: host.name ?? null,
      fingerprint: host.fingerprint ?? null,
      digest: host.digest ?? null,
    },
    training: null,
    defaultDegradation: null,
    license: null,
    baseLicense: null,
    digest: null,
  };
}
