import { argument, type ByteSource, bytesSource } from '@pip-graft/onnx-graft';
import {
  openSafetensors,
  safetensorsParts,
  type TensorMap,
  writeSafetensors,
} from '@pip-graft/weights';
import type { PipConfig } from '../config/pip-config.ts';
import { shapeProblems } from '../parameters/initial-parameters.ts';
import { type Adapter, checkAdapter, throwProblems } from './adapter.ts';
import { decodeAdapterConfig, encodeAdapterConfig } from './adapter-config.ts';

/** The contents of an adapter's files, and its name, which is that of its folder or package. */
export interface EncodedAdapter {
  /** Default: `adapter`. */
  readonly name?: string;
  /** Default: 0.0.0. */
  readonly version?: string;
  /** `adapter_config.json`. */
  readonly config: string;
  /** `adapter_model.safetensors`, in the adapter's data type. */
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
  argument.requireKind(adapter, { member: 'config', place: 'encodeAdapter', takes: 'an adapter' });
  const { name, version, tensors, config } = checkAdapter(adapter);
  return {
    name,
    version,
    config: encodeAdapterConfig(adapter),
    tensors: writeSafetensors(tensors, {}, config.dtype),
  };
}

/**
 * The contents of an adapter's files one after the other: config, then tensors, which are not
 * copied if they are stored in float32.
 *
 * Errors: `ADAPTER_INVALID`.
 */
export function adapterParts(adapter: Adapter): (string | Uint8Array)[] {
  const { tensors, config } = checkAdapter(adapter);
  return [encodeAdapterConfig(adapter), ...safetensorsParts(tensors, {}, config.dtype)];
}

/**
 * Decodes an adapter from the contents of its files, whatever their origin; it has no digest.
 *
 * Errors: `ADAPTER_INVALID` for an invalid config or tensors; `CORRUPT_FILE`, `LIMIT_EXCEEDED`.
 *
 * @example decodeAdapter({ name: 'rain', config: text, tensors: bytes }).config.labels
 */
export function decodeAdapter(encoded: EncodedAdapter): Adapter {
  argument.requireKind(encoded, {
    member: 'config',
    place: 'decodeAdapter',
    takes: 'the contents of its files as { name, config, tensors }',
  });
  const { name = 'adapter', version = '0.0.0', config, tensors } = encoded;
  const description = decodeAdapterConfig(config, `${name}: adapter_config.json`);
  const source = bytesSource(tensors, `${name}: adapter_model.safetensors`);
  const read = readTensors(source, description.config);
  return checkAdapter({ name, version, ...description, tensors: read, digest: null });
}

/** Reads tensors only after checking that their names and shapes match the config. */
export function readTensors(source: ByteSource, config: PipConfig): TensorMap {
  const { headers, load } = openSafetensors(source);
  throwProblems(shapeProblems(headers, config), source.label);
  return new Map([...headers.keys()].map((name) => [name, load(name)]));
}

/** The text of `adapter_config.d.mts`: the type of this adapter's config. */
export function configTypes(adapter: Adapter): string {
  const value: unknown = JSON.parse(encodeAdapterConfig(adapter));
  return `// Types of adapter_config.json, written by \`graft adapter pack\`.\ndeclare const config: ${typeOf(value, '')};\nexport default config;\n`;
}

function typeOf(value: unknown, indent: string): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const deeper = `${indent}  `;
  if (Array.isArray(value)) {
    const items = value.map((item) => `${deeper}${typeOf(item, deeper)},\n`);
    return items.length === 0 ? 'readonly []' : `readonly [\n${items.join('')}${indent}]`;
  }
  const members = Object.entries(value).map(
    ([key, member]) => `${deeper}readonly ${JSON.stringify(key)}: ${typeOf(member, deeper)};\n`,
  );
  return members.length === 0 ? 'Record<string, never>' : `{\n${members.join('')}${indent}}`;
}
