import type { ByteSource } from '@pip-graft/onnx-graft';
import { bytesSource } from '@pip-graft/onnx-graft';
import { openSafetensors, type TensorMap } from '@pip-graft/weights';
import type { PipConfig } from '../config/pip-config.ts';
import { shapeProblems } from '../parameters/check-tensors.ts';
import { type Adapter, checkAdapter, throwProblems } from './adapter.ts';
import { decodeAdapterConfig } from './adapter-config.ts';
import type { EncodedAdapter } from './encode-adapter.ts';

/**
 * An adapter from the contents of its files, wherever they come from; it has no digest.
 *
 * Errors: `ADAPTER_INVALID` for a config or tensors that are not sound; `CORRUPT_FILE`, `LIMIT_EXCEEDED`.
 *
 * @example decodeAdapter({ name: 'rain', config: text, tensors: bytes }).config.labels
 */
export function decodeAdapter({
  name = 'adapter',
  version = '0.0.0',
  config,
  tensors,
}: EncodedAdapter): Adapter {
  const description = decodeAdapterConfig(config, `${name}: adapter_config.json`);
  const source = bytesSource(tensors, `${name}: adapter_model.safetensors`);
  const read = readTensors(source, description.config);
  return checkAdapter({ name, version, ...description, tensors: read, digest: null });
}

/** Tensors are read only once their names and shapes are known to be those of the config. */
export function readTensors(source: ByteSource, config: PipConfig): TensorMap {
  const { headers, load } = openSafetensors(source);
  throwProblems(shapeProblems(headers, config), source.label);
  return new Map([...headers.keys()].map((name) => [name, load(name)]));
}
