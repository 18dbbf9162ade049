import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { hostOf } from '../../packages/graft/dist/index.js';
import {
  nodeSha256,
  openHost,
  readAdapter,
  writeAdapter,
} from '../../packages/graft/dist/node/index.js';
import { convertPrecision } from '../../packages/onnx-graft/dist/index.js';
import { saveModel } from '../../packages/onnx-graft/dist/node/index.js';
import { packAdapter, readSensor, writeSensor } from '../../packages/pip-core/dist/node/index.js';
import { page } from '../bench/restorer/page.mjs';
import { root } from '../install.mjs';
import { ownersManifest } from '../owners-manifest.mjs';
import { adapterCard, backboneCard, notice } from './cards.mjs';
import { dataManifest } from './data-manifest.mjs';
import { preset, recipe, seed } from './recipe.mjs';
import { sortPhotos } from './sort-photos.mjs';
import { verifyPhotos } from './verify-photos.mjs';

const { version } = JSON.parse(readFileSync(join(root, 'packages/cli/package.json'), 'utf8'));
const names = { backbone: 'backbone-unet', adapter: 'adapter-unet' };
const folder = join(root, 'out/restorer-training');
const at = (name) => join(folder, name);
const home = (what) => join(root, 'packages', names[what]);

/** What the card calls the sensor's run: what it began as has no record beside it. */
const sensorRun = 'Sensor, which began as one of 4,000 steps with every photograph taken for clean';

/** Trains what is missing of the pair and its sensor, and writes their packages. */
export async function makeRestorer(photoFolder, say) {
  const photos = JSON.parse(readFileSync(join(root, 'scripts/restorer/photos.json'), 'utf8'));
  verifyPhotos(photos, photoFolder);
  mkdirSync(folder, { recursive: true });
  const sorted = sortPhotos(photos, photoFolder, at('photos'));
  if (!existsSync(at('start.onnx')))
    graft('backbone', 'build', preset, '--seed', seed, '-o', at('start.onnx'));
  if (!existsSync(at('adapter/adapter_config.json')))
    train(
      [],
      ['--host', at('start.onnx'), '-o', at('adapter'), '--host-output', at('host.onnx')],
      ['--data', sorted.clean],
      'pair',
    );
  if (!existsSync(at('sensor/sensor_config.json')))
    train(
      ['sensor'],
      ['--adapter', at('adapter'), '-o', at('sensor')],
      ['--data', sorted.clean, ...sorted.examples],
      'sensor',
    );
  await packPair(photos, say);

  function train(command, files, data, what) {
    graft('train', ...command, ...files, ...data, ...recipe[what], '--resume');
  }
}

/**
 * Writes the two packages from host.onnx, adapter/ and sensor/ of out/restorer-training. They are private
 * until they pass their gates (`npm run bench -- restorer`).
 */
async function packPair(photos, say) {
  for (const what of Object.keys(names)) mkdirSync(home(what), { recursive: true });
  const host = await openHost(at('host.onnx'));
  const half = convertPrecision(host.model);
  await saveModel(half, join(home('backbone'), 'model.onnx'));
  const { digest, fingerprint } = hostOf(half, { newHash: nodeSha256 }).identity();
  const parameters = host.model.graph.initializers.reduce(
    (sum, { dims }) => sum + dims.reduce((a, b) => a * Number(b), 1),
    0,
  );
  host.close();

  // It was trained on the float32 form, but is packed for the form that ships.
  const adapter = readAdapter(at('adapter'), { only: true });
  const sensor = existsSync(at('sensor/sensor_config.json')) ? readSensor(at('sensor')) : undefined;
  if (sensor)
    await writeSensor(at('sensor'), { ...sensor, config: { ...sensor.config, sure: recipe.sure } });
  const result = join(root, 'out/restorer/result.json');
  const how = {
    photos,
    preset,
    parameters,
    machine: `${cpus()[0].model.trim()}, Node ${process.versions.node}`,
    runs: {
      'Host and adapter together': adapter.training,
      ...(sensor ? { [sensorRun]: sensor.training } : {}),
    },
    gates: existsSync(result) ? page(JSON.parse(readFileSync(result, 'utf8'))) : undefined,
  };
  const bound = at('bound');
  rmSync(bound, { recursive: true, force: true });
  await writeAdapter(bound, { ...adapter, base: { ...adapter.base, digest, fingerprint } });
  if (sensor) cpSync(at('sensor'), join(bound, 'sensor'), { recursive: true });
  writeFileSync(join(bound, 'package.json'), JSON.stringify(ownersManifest(names.adapter)));
  writeFileSync(join(bound, 'README.md'), adapterCard(how));
  addLegal(bound, photos);
  // Packing would keep an existing file as the owner's.
  rmSync(join(home('adapter'), 'README.md'), { force: true });
  const { files } = await packAdapter(bound, home('adapter'), {
    name: `@pip-graft/${names.adapter}`,
    version,
    license: 'MIT',
    baseLicense: 'MIT',
    baseName: `@pip-graft/${names.backbone}`,
    dtype: 'float16',
  });
  for (const { name, bytes } of files) say(`${name}: ${Math.round(bytes / 1000)} kB`);

  writeFileSync(
    join(home('backbone'), 'package.json'),
    dataManifest(names.backbone, {
      version,
      description: 'A small U-Net of residual blocks, as ONNX; base of @pip-graft/adapter-unet',
      keywords: ['pip-graft-backbone', 'unet'],
    }),
  );
  writeFileSync(join(home('backbone'), 'README.md'), backboneCard(how));
  addLegal(home('backbone'), photos);
  for (const what of Object.keys(names)) makePrivate(join(home(what), 'package.json'));
}

function makePrivate(path) {
  const manifest = JSON.parse(readFileSync(path, 'utf8'));
  writeFileSync(path, `${JSON.stringify({ ...manifest, private: true }, null, 2)}\n`);
}

function addLegal(into, photos) {
  writeFileSync(join(into, 'NOTICE'), notice(photos));
  copyFileSync(join(root, 'LICENSE'), join(into, 'LICENSE'));
}

function graft(...args) {
  const command = join(root, 'packages/cli/bin/graft.js');
  const ended = spawnSync(process.execPath, [command, ...args.map(String)], { stdio: 'inherit' });
  if (ended.status !== 0) throw new Error(`graft ${args.join(' ')}: exit ${ended.status}.`);
}
