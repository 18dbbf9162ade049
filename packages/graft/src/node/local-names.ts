import { join, posix } from 'node:path';
import { fetchFiles, type HubName, type HubOptions, isHubName, parseHubName } from '@pip-graft/hub';
import { argument, externalLocations, readModel } from '@pip-graft/onnx-graft';
import { fileSource } from '@pip-graft/onnx-graft/node';
import { adapterFiles, ownFiles, sensorFiles } from '@pip-graft/pip-core';
import { shardNames } from '@pip-graft/weights/node';

/**
 * Returns the folder of the adapter `hf:owner/name[@revision][/folder]` in the cache of the model
 * hub, and downloads it if it is not there. Returns any other text unchanged.
 *
 * Errors: those of `fetchFiles`.
 *
 * @example await localAdapter('hf:me/rain-adapter')
 */
export async function localAdapter(text: string, options?: HubOptions): Promise<string> {
  argument.requirePath(text, 'localAdapter');
  return isHubName(text) ? (await fetchAdapter(text, options)).folder : text;
}

/** Like {@link localAdapter}, with the commit. */
export async function fetchAdapter(
  text: string,
  options?: HubOptions,
): Promise<{ readonly folder: string; readonly commit: string }> {
  argument.requirePath(text, 'fetchAdapter');
  const required = [adapterFiles.tensors, adapterFiles.config];
  return fetchFolder(text, required, ownFiles, options);
}

/** Like {@link localAdapter}, for the folder of a sensor. */
export async function localSensor(text: string, options?: HubOptions): Promise<string> {
  argument.requirePath(text, 'localSensor');
  return isHubName(text) ? (await fetchSensor(text, options)).folder : text;
}

/** Like {@link localSensor}, with the commit. */
export async function fetchSensor(
  text: string,
  options?: HubOptions,
): Promise<{ readonly folder: string; readonly commit: string }> {
  argument.requirePath(text, 'fetchSensor');
  const required = [sensorFiles.tensors, sensorFiles.config];
  return fetchFolder(text, required, Object.values(sensorFiles), options);
}

/** @param required the last one identifies the folder */
async function fetchFolder(
  text: string,
  required: readonly string[],
  all: readonly string[],
  options?: HubOptions,
): Promise<{ readonly folder: string; readonly commit: string }> {
  const name = parseHubName(text);
  const inside = (file: string): string => (name.path === '' ? file : `${name.path}/${file}`);
  const optional = all.filter((file) => !required.includes(file)).map(inside);
  const found = await fetchFiles(name, { required: required.map(inside), optional }, options);
  return { folder: join(found.folder, name.path), commit: found.commit };
}

/** Usual name of the checkpoint in a repository or folder. */
const usualCheckpoint = 'model.safetensors';

/** File endings of published checkpoints. */
const checkpointFile = /\.(pth|pt|ckpt|pkl|bin|safetensors|safetensors\.index\.json)$/;

/**
 * Returns the path of a checkpoint on the model hub: `hf:owner/name[@revision]`, with a folder that
 * has a `model.safetensors`, or with a file. Downloads the file, and those that an index lists,
 * into the cache if they are not there. Returns any other text unchanged.
 *
 * Errors: those of `fetchFiles` and `shardNames`.
 *
 * @example await localCheckpoint('hf:me/restormer/motion_deblurring.pth')
 */
export async function localCheckpoint(text: string, options?: HubOptions): Promise<string> {
  argument.requirePath(text, 'localCheckpoint');
  return isHubName(text) ? (await fetchCheckpoint(text, options)).path : text;
}

/** Like {@link localCheckpoint}, with the commit. */
export async function fetchCheckpoint(
  text: string,
  options?: HubOptions,
): Promise<{ readonly path: string; readonly commit: string }> {
  argument.requirePath(text, 'fetchCheckpoint');
  const name = parseHubName(text);
  const file = checkpointFile.test(name.path) ? name.path : posix.join(name.path, usualCheckpoint);
  const { folder, commit } = await fetchFiles(name, { required: [file] }, options);
  const path = join(folder, file);
  const required = shardNames(path).map((shard) => posix.join(posix.dirname(file), shard));
  // By commit: a branch may move between the two downloads.
  if (required.length > 0) await fetchFiles({ ...name, revision: commit }, { required }, options);
  return { path, commit };
}

/** Usual name of the model in a repository or folder. */
const usualModel = 'model.onnx';

/**
 * Returns the path of a model on the model hub: `hf:owner/name[@revision]`, with a folder that has
 * a `model.onnx`, or with an ONNX file. Downloads the model and the files of its external data into
 * the cache if they are not there. Returns any other text unchanged.
 *
 * Errors: those of `fetchFiles`; of `readModel` for a file that is not a model.
 *
 * @example await localModel('hf:me/derain/onnx/model.onnx')
 */
export async function localModel(text: string, options?: HubOptions): Promise<string> {
  argument.requirePath(text, 'localModel');
  return isHubName(text) ? (await fetchModel(text, options)).path : text;
}

/** Like {@link localModel}, with the commit. */
export async function fetchModel(
  text: string,
  options?: HubOptions,
): Promise<{ readonly path: string; readonly commit: string }> {
  argument.requirePath(text, 'fetchModel');
  const name = parseHubName(text);
  const file = name.path.endsWith('.onnx') ? name.path : posix.join(name.path, usualModel);
  const { folder, commit } = await fetchFiles(name, { required: [file] }, options);
  const path = join(folder, file);
  const required = externalFiles(path).map((location) => posix.join(posix.dirname(file), location));
  // By commit: a branch may move between the two downloads.
  const fixed: HubName = { ...name, revision: commit };
  if (required.length > 0) await fetchFiles(fixed, { required }, options);
  return { path, commit };
}

/** External files that a model may have; opening it rejects any other. */
function externalFiles(path: string): string[] {
  const source = fileSource(path);
  try {
    return [...externalLocations(readModel(source))].filter(
      (location) => !posix.isAbsolute(location) && !location.split('/').includes('..'),
    );
  } finally {
    source.close();
  }
}
