import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';

/** Files that only people and compilers read; licences stay. */
const left = /\.(map|d\.[cm]?ts|md|markdown)$/i;
/** onnxruntime-node brings the binaries of every platform. */
const otherBinaries = /onnxruntime-node\/bin\/napi-v\d+\/(?!linux(\/x64(\/|$)|$))/;

/** Our onnxruntime packages have no CUDA; onnxruntime-node runs instead. */
const withoutCuda = /(@pip-graft|packages)\/onnxruntime(-|$)/;

/**
 * Copies what is needed to run into `stage`: the packages as they would be published, the
 * production dependencies that the lock file names, the check's scripts and the photo.
 *
 * @param {string} root
 * @param {string} stage
 * @returns the folders of all packages, sorted
 */
export function stagePackages(root, stage) {
  const copy = (from, to = from) =>
    cpSync(join(root, from), join(stage, to), {
      recursive: true,
      // Whole paths: an omitted folder omits everything in it.
      filter: (path) => !left.test(path) && !otherBinaries.test(path) && basename(path) !== '.bin',
    });
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const entries = Object.entries(lock.packages).filter(
    ([path, { dev }]) =>
      /(^|\/)node_modules\//.test(path) &&
      !dev &&
      !withoutCuda.test(path) &&
      existsSync(join(root, path)),
  );
  for (const [path, { link, resolved }] of entries) {
    if (!link) copy(path);
    else {
      mkdirSync(join(stage, dirname(path)), { recursive: true });
      symlinkSync(relative(dirname(path), resolved), join(stage, path));
    }
  }
  for (const name of readdirSync(join(root, 'packages')).sort()) {
    const folder = `packages/${name}`;
    if (withoutCuda.test(folder)) continue;
    const { files = [] } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
    for (const part of ['package.json', ...files])
      if (existsSync(join(root, folder, part))) copy(`${folder}/${part}`);
  }
  for (const part of [
    'scripts/cuda/check',
    'scripts/cuda/check.mjs',
    'assets/chelsea.jpg',
    'LICENSE',
  ])
    copy(part);
  writeFileSync(join(stage, 'package.json'), '{ "private": true, "type": "module" }\n');
  copy('scripts/cuda/bundle/check.sh', 'check.sh');
  return entries.map(([path]) => path).sort();
}
