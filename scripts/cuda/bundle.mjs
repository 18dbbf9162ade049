// Makes the bundle of docs/benchmarks/cuda/README.md: parts of limited size, and a script that joins them.
import { existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '../install.mjs';
import { checkNode } from './bundle/check-node.mjs';
import { fetchLibraries } from './bundle/fetch-libraries.mjs';
import { fetchProvider } from './bundle/fetch-provider.mjs';
import { packParts } from './bundle/pack-parts.mjs';
import { stagePackages } from './bundle/stage-packages.mjs';

const usage = `Usage: npm run cuda-bundle [-- DIR] [--part-size MB] [--libraries] [--wheels DIR]

DIR          where the parts go (default: out/cuda-bundle)
--part-size  most megabytes of a part, 5 to 60 (default: 40)
--libraries  also carries CUDA 13 and cuDNN 9, for a machine that has only the driver
--wheels     folder of wheels downloaded before (default: out/cuda-wheels, filled with pip)`;

const options = read();
try {
  await bundle(options);
} catch (error) {
  console.error(/** @type {Error} */ (error).message);
  process.exitCode = 1;
}

async function bundle({ folder, partSize, libraries, wheels }) {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Error(
      `The bundle holds this machine's own binaries, so it is made on linux x64; this is ${process.platform} ${process.arch}.`,
    );
  const say = (line) => console.error(line);
  const stage = join(folder, 'stage');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(stage, { recursive: true });
  mkdirSync(wheels, { recursive: true });

  const node = checkNode(process.execPath);
  say(
    `node ${process.versions.node}: needs glibc ${node.glibc}, ${megabytes(statSync(process.execPath).size)}`,
  );
  const packages = stagePackages(root, stage);
  say(`${packages.length} packages`);
  const provider = fetchProvider({ wheels, stage, say });
  say(`onnxruntime ${provider.version} (build ${provider.build}): ${provider.files.join(', ')}`);
  const carried = libraries ? fetchLibraries({ wheels, stage, say }) : [];
  const parts = await packParts({
    folder,
    stage,
    partSize,
    facts: {
      node: process.versions.node,
      onnxruntime: provider.version,
      build: provider.build,
      libraries: carried,
    },
    say,
  });
  rmSync(stage, { recursive: true });
  const total = parts.reduce((sum, { bytes }) => sum + bytes, 0);
  for (const { name, bytes } of parts) console.log(`${name}  ${megabytes(bytes)}`);
  console.log(
    `${parts.length} parts, ${megabytes(total)}, in ${folder}; on the other machine: sh reassemble.sh TARGET && TARGET/pip-graft-cuda/check.sh`,
  );
}

function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

function read() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        'part-size': { type: 'string', default: '40' },
        libraries: { type: 'boolean', default: false },
        wheels: { type: 'string', default: join(root, 'out/cuda-wheels') },
      },
    });
    const partSize = Number(values['part-size']);
    if (!(partSize >= 5 && partSize <= 60)) throw new Error('--part-size takes 5 to 60.');
    if (positionals.length > 1) throw new Error('one folder at most.');
    const folder = resolve(positionals[0] ?? join(root, 'out/cuda-bundle'));
    // It is emptied first.
    if (
      existsSync(folder) &&
      !existsSync(join(folder, 'reassemble.sh')) &&
      !existsSync(join(folder, 'stage'))
    )
      throw new Error(`${folder}: it exists and is no bundle; choose another.`);
    return {
      folder,
      partSize: partSize * 1e6,
      libraries: values.libraries,
      wheels: resolve(values.wheels),
    };
  } catch (error) {
    console.error(`${/** @type {Error} */ (error).message}\n${usage}`);
    process.exit(2);
  }
}
