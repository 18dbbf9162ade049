import { GraftError, type SkipSite } from '@pip-graft/onnx-graft';
import type { TensorMap } from '@pip-graft/weights';
import { type ConfigChoices, defaultConfig } from '../config/default-config.ts';
import type { PipConfig } from '../config/pip-config.ts';
import { validateConfig } from '../config/validate-config.ts';
import { initialParameters, tensorProblems } from '../parameters/initial-parameters.ts';

/** The host that an adapter was made for. */
export interface AdapterBase {
  readonly family: string;
  /** Its published name, such as `owner/model` on a hub; null if unknown. */
  readonly name: string | null;
  /** Structure of the host, unchanged by renaming and exporting again; null if unknown. */
  readonly fingerprint: string | null;
  /** `sha256:…` of the exact file; null if unknown. */
  readonly digest: string | null;
}

/** PIP parameters with their config, the host they fit and their origin. */
export interface Adapter {
  readonly name: string;
  readonly version: string;
  readonly config: PipConfig;
  /** By full name; see `pipParameters`. */
  readonly tensors: TensorMap;
  readonly base: AdapterBase;
  /** Free-form record of the training; null means untrained. */
  readonly training: Readonly<Record<string, unknown>> | null;
  /** Weights for callers that pass none, in the order of the labels; null means all equal. */
  readonly defaultDegradation: readonly number[] | null;
  readonly license: string | null;
  readonly baseLicense: string | null;
  /** `sha256:…` of config and tensors; null until the `node` entry point has computed it. */
  readonly digest: string | null;
}

/**
 * Returns an adapter if its config is valid and its tensors are exactly the config's.
 *
 * Errors: `ADAPTER_INVALID`, naming every tensor that is missing, extra, mis-shaped or not finite.
 */
export function checkAdapter(adapter: Adapter): Adapter {
  const { config, tensors, name } = adapter;
  validateConfig(config, `adapter '${name}'`, 'ADAPTER_INVALID');
  throwProblems(tensorProblems(tensors, config), `adapter '${name}'`);
  return adapter;
}

/** Problems that a message lists before it counts the rest. */
const listed = 8;

/** Throws one `ADAPTER_INVALID` error for all problems; does nothing without any. */
export function throwProblems(problems: readonly string[], place: string): void {
  if (problems.length === 0) return;
  const rest = problems.length > listed ? `; and ${problems.length - listed} more` : '';
  throw new GraftError(
    'ADAPTER_INVALID',
    `${place}: ${problems.slice(0, listed).join('; ')}${rest}.`,
  );
}

/** The weights of a model whose caller passes none: the adapter's own, or all labels equal. */
export function defaultWeights({ config, defaultDegradation }: Adapter): readonly number[] {
  return defaultDegradation ?? config.labels.map(() => 1 / config.labels.length);
}

/** The host that a fresh adapter is made for. */
export interface AdapterHost {
  readonly family: string;
  readonly sites: readonly Pick<SkipSite, 'level' | 'channels' | 'scale'>[];
  readonly name?: string | null;
  readonly fingerprint?: string | null;
  readonly digest?: string | null;
}

/** Options of a fresh adapter; see {@link ConfigChoices}. */
export interface InitOptions extends ConfigChoices {
  readonly name?: string;
  /** Default: 0. */
  readonly seed?: number;
}

/**
 * Creates an untrained adapter bound to a host.
 *
 * Errors: `INVALID_ARGUMENT` if options contradict each other.
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
