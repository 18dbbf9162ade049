import { join, posix } from 'node:path';
import { fetchFiles, type HubName, type HubOptions, isHubName, parseHubName } from '@pip-graft/hub';
import { argument, externalLocations, readModel } from '@pip-graft/onnx-graft';
import { fileSource } from '@pip-graft/onnx-graft/node';

/** Usual name of the model in a repository or folder. */
const usual = 'model.onnx';

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
  const file = name.path.endsWith('.onnx') ? name.path : posix.join(name.path, usual);
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
