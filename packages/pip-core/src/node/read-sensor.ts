import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { argument, GraftError } from '@pip-graft/onnx-graft';
import { digest, filePath, hubFolders, hubRepository } from '@pip-graft/onnx-graft/node';
import { adapterFiles, packageFiles } from '../adapter/adapter-files.ts';
import { checkSensor, type Sensor, sensorFiles, sensorFolder } from '../sensor/sensor.ts';
import { decodeSensorConfig } from '../sensor/sensor-config.ts';
import { encodeSensor, readSensorTensors } from '../sensor/sensor-text.ts';
import {
  maxConfigBytes,
  openAdapterFile,
  readAdapterText,
  requireFolder,
  sha256,
} from './adapter-file.ts';
import { requireDigest, requireOnlySensor } from './check-package.ts';
import type { ReadOptions } from './read-adapter.ts';
import { readManifest } from './read-manifest.ts';
import { findAdapter } from './resolve-adapter.ts';
import { finishWrite } from './write-folder.ts';

/** Adds a sensor's digest: SHA-256 over canonical config and tensors. */
export function withSensorDigest(sensor: Sensor): Sensor {
  const { config, tensors } = encodeSensor(sensor);
  return { ...sensor, digest: sha256(config, tensors) };
}

/**
 * Reads a sensor folder. Runs no code in it.
 *
 * Errors: `NOT_FOUND`, `READ_FAILED`; `ADAPTER_INVALID` for an invalid config or tensors;
 * `UNSAFE_FILE` for links out of the folder; `CORRUPT_FILE`, `LIMIT_EXCEEDED`.
 *
 * @example readSensor('my-sensor').config.labels
 */
export function readSensor(folder: string): Sensor {
  argument.requirePath(folder, 'readSensor');
  return read(folder, '', basename(resolve(folder)));
}

/**
 * Reads an adapter's own sensor, in its folder `sensor`; undefined if it has none. In a packed
 * package, its files must have the recorded digests.
 *
 * Errors: those of {@link readSensor}; `CORRUPT_FILE` for other digests; `UNSAFE_FILE` for a
 * package with other files there.
 *
 * @example readOwnSensor('adapters/rain')?.config.labels
 */
export function readOwnSensor(
  adapter: string,
  options: Pick<ReadOptions, 'digests'> = {},
): Sensor | undefined {
  argument.requirePath(adapter, 'readOwnSensor');
  const folder = join(adapter, sensorFolder);
  finishWrite(adapter, adapterFiles.config, packageFiles);
  const packed = readManifest(adapter)?.digests?.files;
  const digests = (options.digests ?? true) ? packed : undefined;
  if (!existsSync(filePath(folder))) {
    const said =
      digests && Object.keys(digests).find((name) => name.startsWith(`${sensorFolder}/`));
    if (said === undefined) return undefined;
    throw new GraftError(
      'CORRUPT_FILE',
      `${join(adapter, said)}: it is missing, and the package says it is there. Install the package again.`,
    );
  }
  if (packed) requireOnlySensor(folder);
  return read(adapter, `${sensorFolder}/`, nameOf(adapter), digests);
}

/**
 * The own sensor of the adapter of a name; see `resolveAdapter` for names.
 *
 * Errors: those of `resolveAdapter` and {@link readOwnSensor}; `NOT_FOUND` for an adapter without
 * one.
 *
 * @example resolveSensor('@me/rain-adapter', process.cwd())
 */
export function resolveSensor(adapter: string, cwd: string): Sensor {
  for (const path of [adapter, cwd]) argument.requirePath(path, 'resolveSensor');
  const { folder } = findAdapter(adapter, cwd);
  const own = readOwnSensor(folder);
  if (own) return own;
  throw new GraftError(
    'NOT_FOUND',
    `${folder}: this adapter carries no sensor (no folder ${sensorFolder}); train one with \`graft train sensor --adapter ${adapter}\`.`,
  );
}

/** Name of a folder; its name when installed in a model hub's cache, whose folders are commits. */
function nameOf(adapter: string): string {
  const folder = resolve(adapter);
  const published =
    hubFolders(folder).length > 0
      ? (readManifest(adapter)?.name ?? hubRepository(folder))
      : undefined;
  return basename(published ?? folder);
}

/**
 * @param within the sensor's folder in `root`, with its slash; links may lead anywhere in `root`
 */
function read(
  root: string,
  within: string,
  name: string,
  digests?: Readonly<Record<string, string>>,
): Sensor {
  const home = join(root, within);
  requireFolder(home, 'a sensor');
  finishWrite(home, sensorFiles.config, Object.values(sensorFiles));
  const check = (file: string, is: () => string): void => {
    if (digests) requireDigest(root, file, digests[file] ?? 'nothing of it', is());
  };
  const config = `${within}${sensorFiles.config}`;
  const text = readAdapterText(root, config, maxConfigBytes);
  const description = decodeSensorConfig(text, join(root, config));
  check(config, () => sha256(text));
  const tensors = `${within}${sensorFiles.tensors}`;
  const source = openAdapterFile(root, tensors);
  try {
    check(tensors, () => digest(source));
    const loaded = readSensorTensors(source, description.config);
    return withSensorDigest(checkSensor({ name, ...description, tensors: loaded, digest: null }));
  } finally {
    source.close();
  }
}
