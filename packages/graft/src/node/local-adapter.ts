import { join } from 'node:path';
import { fetchFiles, type HubOptions, isHubName, parseHubName } from '@pip-graft/hub';
import { argument } from '@pip-graft/onnx-graft';
import { adapterFiles, ownFiles, sensorFiles } from '@pip-graft/pip-core';

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
