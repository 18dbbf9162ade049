import { writeSafetensors } from '@pip-graft/weights';
import { type Adapter, checkAdapter } from './adapter.ts';
import { encodeAdapterConfig } from './adapter-config.ts';

/** An adapter as the contents of its two files that are read again. */
export interface EncodedAdapter {
  /** `adapter_config.json`. */
  readonly config: string;
  /** `adapter_model.safetensors`, in the adapter's own type. */
  readonly tensors: Uint8Array;
}

/**
 * The contents of an adapter's files; the same adapter always gives the same bytes.
 *
 * Errors: `ADAPTER_INVALID`.
 *
 * @example const { config, tensors } = encodeAdapter(adapter);
 */
export function encodeAdapter(adapter: Adapter): EncodedAdapter {
  const { tensors, config } = checkAdapter(adapter);
  return {
    config: encodeAdapterConfig(adapter),
    tensors: writeSafetensors(tensors, {}, config.dtype),
  };
}
