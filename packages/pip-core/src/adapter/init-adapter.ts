import type { SkipSite } from '@pip-graft/onnx-graft';
import { type ConfigChoices, defaultConfig } from '../config/default-config.ts';
import { initialParameters } from '../parameters/initial-parameters.ts';
import type { Adapter } from './adapter.ts';

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
