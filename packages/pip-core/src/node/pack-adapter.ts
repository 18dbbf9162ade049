import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { argument, GraftError } from '@pip-graft/onnx-graft';
import { filePath, ioError, pathText, sweepLeftovers } from '@pip-graft/onnx-graft/node';
import { valid } from 'semver';
import type { Adapter } from '../adapter/adapter.ts';
import { accompanyingFiles, adapterFiles, packageFiles } from '../adapter/adapter-files.ts';
import { configTypes, decodeAdapter, encodeAdapter } from '../adapter/adapter-text.ts';
import { modelCard } from '../adapter/model-card.ts';
import { adapterPackageJson } from '../adapter/package-json.ts';
import type { PipConfig } from '../config/pip-config.ts';
import { sensorFiles, sensorFolder } from '../sensor/sensor.ts';
import { encodeSensor, sensorCard } from '../sensor/sensor-text.ts';
import { adapterTextIfThere, maxPackageBytes, sha256, withDigest } from './adapter-file.ts';
import { readAdapter } from './read-adapter.ts';
import { readManifest, requirePackageName } from './read-manifest.ts';
import { readOwnSensor } from './read-sensor.ts';
import { type NewFile, writeFolder } from './write-folder.ts';

/** Files that npm publishes only if listed in `files`; it always publishes licences. */
const listed = /^(NOTICE|CHANGELOG)/;

/** Values of a package that replace the adapter's own. */
export interface PackOptions {
  readonly name?: string | undefined;
  readonly version?: string | undefined;
  readonly license?: string | undefined;
  readonly baseLicense?: string | undefined;
  /** The base's published name, such as `owner/model`. */
  readonly baseName?: string | undefined;
  /** Type in which tensors are stored. */
  readonly dtype?: PipConfig['dtype'] | undefined;
}

/** Result of {@link packAdapter}. */
export interface PackedAdapter {
  /** As read from the package. */
  readonly adapter: Adapter;
  readonly files: readonly { readonly name: string; readonly bytes: number }[];
}

/**
 * Turns an adapter folder and its own sensor into a package to publish: data only, with a model
 * card, types and digests. The owner's parts of `package.json` and the card are kept; the same
 * adapter and options always give the same bytes.
 *
 * Errors: those of {@link readAdapter}; `INVALID_ARGUMENT` for an invalid name, version or licence,
 * or a type that cannot hold the tensors, or would lose digits of the only copy; `WRITE_FAILED`.
 *
 * @param target folder for the package; the adapter's own folder is packed in place
 *
 * @example await packAdapter('adapters/rain', 'packages/rain', { name: '@me/rain', license: 'MIT' })
 */
export async function packAdapter(
  source: string,
  target: string,
  options: PackOptions = {},
): Promise<PackedAdapter> {
  for (const path of [source, target]) argument.requirePath(path, 'packAdapter');
  // An earlier run may have been killed while moving this adapter's files to their places.
  await sweepLeftovers(target, packageFiles);
  const inPlace = realPath(source) === realPath(target);
  const given = readAdapter(source, { only: true, digests: false });
  const adapter = storable(
    source,
    described(source, given, options),
    inPlace ? given.config.dtype : undefined,
  );
  const { config, tensors } = encodeAdapter(adapter);
  const sensor = sensorIn(source);
  const digests = {
    adapter: adapter.digest!,
    files: {
      [adapterFiles.config]: sha256(config),
      [adapterFiles.tensors]: sha256(tensors),
      ...Object.fromEntries(sensor.digested.map(([name, content]) => [name, sha256(content)])),
    },
  };
  // The package may exist already, with its owner's members.
  const owners = { ...readManifest(source)?.owners, ...readManifest(target)?.owners };
  const before = textIn(target, adapterFiles.card) ?? textIn(source, adapterFiles.card);
  const texts = textsIn(source).flatMap(([name]) => (listed.test(name) ? [name] : []));
  const files: NewFile[] = [
    ...(inPlace ? [] : textsIn(source)),
    ...sensor.digested,
    ...sensor.texts,
    [adapterFiles.tensors, tensors],
    [adapterFiles.types, configTypes(adapter)],
    [adapterFiles.card, modelCard(adapter, { packed: true, before })],
    [adapterFiles.package, adapterPackageJson(adapter, { digests, owners, texts })],
    // Last: this file makes the folder an adapter.
    [adapterFiles.config, config],
  ];
  await writeFolder(target, 'an adapter', files);
  const bytes = (content: string | Uint8Array) => Buffer.from(content).length;
  return { adapter, files: files.map(([name, content]) => ({ name, bytes: bytes(content) })) };
}

/** Files of the adapter's own sensor; empty if it has none. */
function sensorIn(source: string): { digested: readonly NewFile[]; texts: readonly NewFile[] } {
  const sensor = readOwnSensor(source, { digests: false });
  if (sensor === undefined) return { digested: [], texts: [] };
  const { config, tensors } = encodeSensor(sensor);
  const within = (name: string): string => `${sensorFolder}/${name}`;
  return {
    digested: [
      [within(sensorFiles.tensors), tensors],
      [within(sensorFiles.config), config],
    ],
    texts: [[within(sensorFiles.card), sensorCard({ ...sensor, name: sensorFolder })]],
  };
}

function described(source: string, given: Adapter, options: PackOptions): Adapter {
  const { name = given.name, version = given.version } = options;
  requirePackageName(name, 'INVALID_ARGUMENT', '--name');
  if (valid(version) !== version)
    throw invalid(
      source,
      `version '${version}' is not a version as npm has them, such as 1.0.0; set another (--set-version)`,
    );
  for (const [key, value] of Object.entries(options)) {
    if (value === undefined) continue;
    // They are in the card and in package.json, one line each.
    if (/\p{Cc}/u.test(value) || value === '' || value.length > 214)
      throw invalid(source, `${key} ${JSON.stringify(value)} is not a line of 1 to 214 characters`);
  }
  return {
    ...given,
    name,
    version,
    config: { ...given.config, dtype: options.dtype ?? given.config.dtype },
    base: { ...given.base, name: options.baseName ?? given.base.name },
    license: options.license ?? given.license,
    baseLicense: options.baseLicense ?? given.baseLicense,
  };
}

/** The adapter as it will be read from its files. */
function storable(
  source: string,
  adapter: Adapter,
  before: PipConfig['dtype'] | undefined,
): Adapter {
  const { dtype } = adapter.config;
  if (before !== undefined && before !== dtype && dtype !== 'float32')
    throw invalid(
      source,
      `storing ${before} as ${dtype} loses digits, and this is the only copy; choose another folder (-o)`,
    );
  try {
    return withDigest(decodeAdapter(encodeAdapter(adapter)));
  } catch (error) {
    if (error instanceof GraftError && error.code === 'ADAPTER_INVALID')
      throw invalid(
        source,
        `as ${dtype} it cannot be stored: ${error.message.replace(/\.$/, '')}`,
        error,
      );
    throw error;
  }
}

/** Licences and similar texts, which go into the package. */
function textsIn(folder: string): NewFile[] {
  return accompanyingFiles.flatMap((name) => {
    const text = textIn(folder, name);
    return text === undefined ? [] : [[name, text] as const];
  });
}

function textIn(folder: string, name: string): string | undefined {
  return adapterTextIfThere(folder, name, maxPackageBytes);
}

function realPath(path: string): string {
  try {
    return pathText(realpathSync(filePath(path), { encoding: 'buffer' }));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return resolve(path);
    throw ioError('read', path, error);
  }
}

function invalid(place: string, problem: string, cause?: unknown): GraftError {
  return new GraftError('INVALID_ARGUMENT', `${place}: ${problem}.`, { cause });
}
