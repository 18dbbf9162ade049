import { join, posix } from 'node:path';
import { fetchFiles, type HubOptions, isHubName, parseHubName } from '@pip-graft/hub';
import { argument } from '@pip-graft/onnx-graft';
import { shardNames } from '@pip-graft/weights/node';

/** Usual name of the checkpoint in a repository or folder. */
const usual = 'model.safetensors';

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
  const file = checkpointFile.test(name.path) ? name.path : posix.join(name.path, usual);
  const { folder, commit } = await fetchFiles(name, { required: [file] }, options);
  const path = join(folder, file);
  const required = shardNames(path).map((shard) => posix.join(posix.dirname(file), shard));
  // By commit: a branch may move between the two downloads.
  if (required.length > 0) await fetchFiles({ ...name, revision: commit }, { required }, options);
  return { path, commit };
}
