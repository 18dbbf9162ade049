import { mkdirSync, readFileSync, renameSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { downloadWheel, extract } from './wheel.mjs';

const providers = ['libonnxruntime_providers_shared.so', 'libonnxruntime_providers_cuda.so'];
const binaries = 'node_modules/onnxruntime-node/bin/napi-v6/linux/x64';

/**
 * Puts onnxruntime's CUDA libraries beside the binding. They come from the Python wheel of the same
 * version, because npm's install script would download them from a feed that is often unreachable.
 * The wheel's runtime goes into `spare/`, in case npm's does not work with them.
 */
export function fetchProvider({ wheels, stage, say }) {
  const { version } = JSON.parse(
    readFileSync(join(stage, 'node_modules/onnxruntime-node/package.json'), 'utf8'),
  );
  const wheel = downloadWheel('onnxruntime-gpu', version, wheels, say);
  const core = `libonnxruntime.so.${version}`;
  const spare = join(stage, 'spare');
  mkdirSync(spare);
  extract(
    wheel,
    [...providers, core].map((name) => `onnxruntime/capi/${name}`),
    spare,
  );
  for (const name of providers) {
    renameSync(join(spare, name), join(stage, binaries, name));
    symlinkSync(join('..', binaries, name), join(spare, name));
  }
  renameSync(join(spare, core), join(spare, 'libonnxruntime.so.1'));

  // The interface between runtime and provider is private to a build: commits must match.
  const [ours, theirs] = [
    join(stage, binaries, 'libonnxruntime.so.1'),
    join(spare, 'libonnxruntime.so.1'),
  ].map(buildOf);
  if (ours.version !== theirs.version || ours.commit !== theirs.commit)
    throw new Error(
      `The wheel's onnxruntime is ${theirs.version} of commit ${theirs.commit}, npm's is ${ours.version} of ${ours.commit}: their libraries do not go together.`,
    );
  return { version, build: ours.commit, files: providers };
}

/** Version and commit as recorded in the library. */
function buildOf(path) {
  const text = readFileSync(path).toString('latin1');
  return {
    version: /VERS_(\d+\.\d+\.\d+)/.exec(text)?.[1] ?? 'unknown',
    commit: /git-commit-id=([0-9a-f]+)/.exec(text)?.[1] ?? 'unknown',
  };
}
