import { writeSafetensors } from '@pip-graft/weights';
import { type Adapter, checkAdapter } from './adapter.ts';
import { encodeAdapterConfig } from './adapter-config.ts';

/** An adapter as the contents of its files, and its name, which is that of its folder or package. */
export interface EncodedAdapter {
  /** Default `adapter`. */
  readonly name?: string;
  /** Default 0.0.0. */
  readonly version?: string;
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
 * @example decodeAdapter(encodeAdapter(adapter)).name === adapter.name
 */
export function encodeAdapter(adapter: Adapter): Required<EncodedAdapter> {
  const { name, version, tensors, config } = checkAdapter(adapter);
  return {
    name,
    version,
    config: encodeAdapterConfig(adapter),
    tensors: writeSafetensors(tensors, {}, config.dtype),
  };
}
