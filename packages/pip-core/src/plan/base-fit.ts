import type { AdapterBase } from '../adapter/adapter.ts';

/** A host, as adapters know it. */
export interface BaseHost {
  readonly family: string;
  readonly fingerprint?: string | null;
  readonly digest: string;
}

/** Whether an adapter was made for a host, and what it was made for otherwise. */
export type BaseFit =
  | { readonly fits: true }
  | { readonly fits: false; readonly madeFor: string }
  /** The adapter says of what family its host was, and no more. */
  | { readonly fits: null };

/**
 * Whether an adapter was made for a host: by the fingerprint where both have one, else by the file.
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
