import { join, posix } from 'node:path';
import { fetchFiles, type HubName, type HubOptions, isHubName, parseHubName } from '@pip-graft/hub';
import { externalLocations, readModel } from '@pip-graft/onnx-graft';
import { fileSource } from '@pip-graft/onnx-graft/node';

/** What a repository or folder calls its model. */
const usual = 'model.onnx';

/**
 * The path of a model that a name on the model hub means: `hf:owner/name[@revision]`, with a folder that has a
 * `model.onnx`, or with an ONNX file. The model and the files of its external data are downloaded into the
 * cache if they are not there. Any other text is returned as it is.
 *
 * Errors: those of `fetchFiles`; of `readModel` for a file that is no model.
 *
 * @example await localModel('hf:me/derain/onnx/model.onnx')
 */
export async function localModel(text: string, options?: HubOptions): Promise<string> {
  return isHubName(text) ? (await fetchModel(text, options)).path : text;
}

/** As {@link localModel}, with the commit. */
export async function fetchModel(
  text: string,
  options?: HubOptions,
): Promise<{ readonly path: string; readonly commit: string }> {
  const name = parseHubName(text);
  const file = name.path.endsWith('.onnx') ? name.path : posix.join(name.path, usual);
  const { folder, commit } = await fetchFiles(name, { required: [file] }, options);
  const path = join(folder, file);
  const required = externalFiles(path).map((location) => posix.join(posix.dirname(file), location));
  // By its commit: a branch may move between the two.
  const fixed: HubName = { ...name, revision: commit };
  if (required.length > 0) await fetchFiles(fixed, { required }, options);
  return { path, commit };
}

/** Those that a model may have; opening it rejects any other. */
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
