import { bytesSource } from '@pip-graft/onnx-graft';
import type { TensorMap } from '../tensor-map.ts';
import { openSafetensors } from './open.ts';

/**
 * Every tensor of a safetensors file, as float32.
 *
 * Errors: `CORRUPT_FILE`, `LIMIT_EXCEEDED`; see {@link openSafetensors}, which
 * reads one tensor at a time.
 *
 * @example readSafetensors(await readFile('adapter_model.safetensors')).tensors.get('level1.gate')
 */
export function readSafetensors(
  bytes: Uint8Array,
  label = 'safetensors',
): { tensors: TensorMap; metadata: Readonly<Record<string, string>> } {
  const file = openSafetensors(bytesSource(bytes, label));
  const tensors = new Map([...file.headers.keys()].map((name) => [name, file.load(name)]));
  return { tensors, metadata: file.metadata };
}
