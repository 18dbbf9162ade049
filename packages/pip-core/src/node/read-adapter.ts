import { statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { GraftError } from '@pip-graft/onnx-graft';
import { ioError } from '@pip-graft/onnx-graft/node';
import { openSafetensors, type TensorMap } from '@pip-graft/weights';
import { type Adapter, checkAdapter, throwProblems } from '../adapter/adapter.ts';
import { decodeAdapterConfig } from '../adapter/adapter-config.ts';
import { adapterFiles } from '../adapter/package-json.ts';
import type { PipConfig } from '../config/pip-config.ts';
import { JsonObject } from '../json/json-object.ts';
import { shapeProblems } from '../parameters/check-tensors.ts';
import { withDigest } from './adapter-digest.ts';
import { openAdapterFile, readAdapterText } from './adapter-file.ts';
import { maxConfigBytes, maxPackageBytes } from './limits.ts';

/**
 * Reads an adapter folder. Tensors are read only once their names and shapes are
 * known to be those of the config.
 *
 * Errors: `NOT_FOUND`, `READ_FAILED`; `ADAPTER_INVALID` for a config or tensors
 * that are not sound; `CORRUPT_FILE`, `LIMIT_EXCEEDED`, `UNSAFE_FILE` for hostile files.
 *
 * @example readAdapter('adapters/rain').config.labels
 */
export function readAdapter(folder: string): Adapter {
  requireFolder(folder);
  const configPath = join(folder, adapterFiles.config);
  const text = readAdapterText(folder, adapterFiles.config, maxConfigBytes);
  const description = decodeAdapterConfig(text, configPath);
  const tensors = readTensors(folder, description.config);
  const adapter = { ...readPackage(folder), ...description, tensors, digest: null };
  return withDigest(checkAdapter(adapter));
}

function requireFolder(folder: string): void {
  let isFolder: boolean;
  try {
    isFolder = statSync(folder).isDirectory();
  } catch (error) {
    throw ioError('read', folder, error);
  }
  if (!isFolder)
    throw new GraftError('READ_FAILED', `${folder}: an adapter is a folder, and this is a file.`);
}

function readTensors(folder: string, config: PipConfig): TensorMap {
  const source = openAdapterFile(folder, adapterFiles.tensors);
  try {
    const { headers, load } = openSafetensors(source);
    throwProblems(shapeProblems(headers, config), source.label);
    return new Map([...headers.keys()].map((name) => [name, load(name)]));
  } finally {
    source.close();
  }
}

/** Name and version from `package.json`; a folder without one goes by its own name. */
function readPackage(folder: string): { name: string; version: string } {
  const path = join(folder, adapterFiles.package);
  let text: string;
  try {
    text = readAdapterText(folder, adapterFiles.package, maxPackageBytes);
  } catch (error) {
    if (error instanceof GraftError && error.code === 'NOT_FOUND') {
      return { name: basename(resolve(folder)), version: '0.0.0' };
    }
    throw error;
  }
  const json = JsonObject.parse(text, path, 'ADAPTER_INVALID');
  const string = (key: string) => json.string(key);
  return {
    name: json.optional('name', string) ?? basename(resolve(folder)),
    version: json.optional('version', string) ?? '0.0.0',
  };
}
