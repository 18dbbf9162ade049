import { basename, join, resolve } from 'node:path';
import { argument } from '@pip-graft/onnx-graft';
import { digest, type FileSource, hubRepository } from '@pip-graft/onnx-graft/node';
import { openSafetensors } from '@pip-graft/weights';
import { type Adapter, throwProblems } from '../adapter/adapter.ts';
import { type AdapterDescription, decodeAdapterConfig } from '../adapter/adapter-config.ts';
import { adapterFiles, packageFiles } from '../adapter/adapter-files.ts';
import { readTensors } from '../adapter/adapter-text.ts';
import type { PackageDigests } from '../adapter/package-json.ts';
import { shapeProblems } from '../parameters/initial-parameters.ts';
import {
  maxConfigBytes,
  openAdapterFile,
  readAdapterText,
  requireFolder,
  sha256,
  withDigest,
} from './adapter-file.ts';
import { requireDigest, requireOnlyAdapter } from './check-package.ts';
import { readManifest } from './read-manifest.ts';
import { finishWrite } from './write-folder.ts';

export interface ReadOptions {
  /** Whether the folder must hold an adapter and nothing else; default: true for a packed one. */
  readonly only?: boolean;
  /** Whether to compare files with the digests in `package.json`, if any; default: true. */
  readonly digests?: boolean;
}

/** Description of an adapter, read without its tensors. */
export interface AdapterSummary extends AdapterDescription {
  readonly name: string;
  readonly version: string;
  /** Size of its tensors as stored. */
  readonly bytes: number;
}

/**
 * Reads an adapter folder. Runs no code in it.
 *
 * Errors: `NOT_FOUND`, `READ_FAILED`; `ADAPTER_INVALID` for an invalid config or tensors;
 * `UNSAFE_FILE` for links out of the folder, scripts and, in a package, other files; `CORRUPT_FILE`
 * for files that are truncated or differ from the package's digests; `LIMIT_EXCEEDED`.
 *
 * @example readAdapter('adapters/rain').config.labels
 */
export function readAdapter(folder: string, options: ReadOptions = {}): Adapter {
  argument.requirePath(folder, 'readAdapter');
  const { name, version, description, digests } = readDescription(folder, options);
  const read = withTensors(folder, digests, (source) => readTensors(source, description.config));
  // Its digest is that of a checked adapter.
  const adapter = withDigest({ name, version, ...description, tensors: read, digest: null });
  if (digests) requireDigest(folder, 'its adapter', digests.adapter, adapter.digest!);
  return adapter;
}

/**
 * Describes an adapter folder; checks tensor names, shapes and digests.
 *
 * Errors: those of {@link readAdapter}.
 */
export function summariseAdapter(folder: string, options: ReadOptions = {}): AdapterSummary {
  const { name, version, description, digests } = readDescription(folder, options);
  const bytes = withTensors(folder, digests, (source) => {
    throwProblems(shapeProblems(openSafetensors(source).headers, description.config), source.label);
    return source.size;
  });
  return { name, version, ...description, bytes };
}

interface Described {
  readonly name: string;
  readonly version: string;
  readonly description: AdapterDescription;
  readonly digests: PackageDigests | undefined;
}

function readDescription(folder: string, options: ReadOptions): Described {
  requireFolder(folder, 'an adapter');
  finishWrite(folder, adapterFiles.config, packageFiles);
  const manifest = readManifest(folder);
  const digests = (options.digests ?? true) ? manifest?.digests : undefined;
  const text = readAdapterText(folder, adapterFiles.config, maxConfigBytes);
  if (options.only ?? manifest?.digests !== undefined) requireOnlyAdapter(folder);
  // Checked first: a newer version would also have other digests.
  const description = decodeAdapterConfig(text, join(folder, adapterFiles.config));
  if (digests)
    requireDigest(folder, adapterFiles.config, digests.files[adapterFiles.config]!, sha256(text));
  return {
    name: manifest?.name ?? hubRepository(folder) ?? basename(resolve(folder)),
    version: manifest?.version ?? '0.0.0',
    description,
    digests,
  };
}

function withTensors<T>(
  folder: string,
  digests: PackageDigests | undefined,
  read: (source: FileSource) => T,
): T {
  const source = openAdapterFile(folder, adapterFiles.tensors);
  try {
    if (digests) {
      const said = digests.files[adapterFiles.tensors]!;
      requireDigest(folder, adapterFiles.tensors, said, digest(source));
    }
    return read(source);
  } finally {
    source.close();
  }
}
