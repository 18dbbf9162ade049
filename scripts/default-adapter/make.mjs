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
import { packAdapter } from '../../packages/pip-core/dist/node/index.js';
import { root } from '../install.mjs';
import { ownersManifest } from '../owners-manifest.mjs';
import { backboneManifest } from './backbone-manifest.mjs';
import { adapterCard, backboneCard, notice } from './cards.mjs';
import { fetchPhotos } from './fetch-photos.mjs';
import { recipe, seed } from './recipe.mjs';

const { version } = JSON.parse(readFileSync(join(root, 'packages/cli/package.json'), 'utf8'));
const names = { backbone: 'backbone-nafnet-tiny', adapter: 'adapter-nafnet-tiny' };

/** Makes photos, host, adapter and sensor, one after the other, and their packages. */
export async function makeDefaultAdapter(say) {
  const folder = join(root, 'out/default-adapter');
  const at = (name) => join(folder, name);
  const sources = JSON.parse(
    readFileSync(join(root, 'scripts/default-adapter/photos.json'), 'utf8'),
  );
  const photos = await fetchPhotos(sources, folder, say);
  const train = (what, ...files) => {
    const command = what === 'sensor' ? ['train', 'sensor'] : ['train'];
    const said = graft(
      ...command,
      ...files,
      '--data',
      photos,
      ...recipe[what],
      '--resume',
      '--json',
    );
    writeFileSync(at(`${what}.json`), said);
  };

  if (!existsSync(at('host.onnx'))) {
    graft('backbone', 'build', 'nafnet-tiny', '--seed', `${seed}`, '-o', at('start.onnx'));
    train('host', '--host', at('start.onnx'), '-o', at('host.onnx'));
  }
  if (!existsSync(at('adapter'))) train('adapter', '--host', at('host.onnx'), '-o', at('adapter'));

  if (!existsSync(at('sensor'))) train('sensor', '--adapter', at('adapter'), '-o', at('sensor'));

  const backbone = join(root, 'packages', names.backbone);
  mkdirSync(backbone, { recursive: true });
  const host = await openHost(at('host.onnx'));
  const half = convertPrecision(host.model);
  await saveModel(half, join(backbone, 'model.onnx'));
  const { digest, fingerprint } = hostOf(half, { newHash: nodeSha256 }).identity();
  host.close();
  const made = Object.fromEntries(
    Object.keys(recipe).map((what) => [what, JSON.parse(readFileSync(at(`${what}.json`), 'utf8'))]),
  );
  const machine = `${cpus().length} cores of ${cpus()[0].model.trim()}, Node ${process.versions.node}`;
  writeFileSync(join(backbone, 'package.json'), backboneManifest(names.backbone, version));
  writeFileSync(join(backbone, 'README.md'), backboneCard(sources, { machine, made }));
  writeFileSync(join(backbone, 'NOTICE'), notice(sources));
  copyFileSync(join(root, 'LICENSE'), join(backbone, 'LICENSE'));

  // It was trained on the float32 form, but is packed for the form that ships.
  const adapter = readAdapter(at('adapter'), { only: true });
  const bound = at('bound');
  rmSync(bound, { recursive: true, force: true });
  await writeAdapter(bound, { ...adapter, base: { ...adapter.base, digest, fingerprint } });
  cpSync(at('sensor'), join(bound, 'sensor'), { recursive: true });
  writeFileSync(join(bound, 'package.json'), JSON.stringify(ownersManifest(names.adapter)));
  writeFileSync(join(bound, 'README.md'), adapterCard(sources, { machine, made }));
  writeFileSync(join(bound, 'NOTICE'), notice(sources));
  copyFileSync(join(root, 'LICENSE'), join(bound, 'LICENSE'));
  // Packing would keep an existing file as the owner's.
  rmSync(join(root, 'packages', names.adapter, 'README.md'), { force: true });
  const { files } = await packAdapter(bound, join(root, 'packages', names.adapter), {
    name: `@pip-graft/${names.adapter}`,
    version,
    license: 'MIT',
    baseLicense: 'MIT',
    baseName: `@pip-graft/${names.backbone}`,
    dtype: 'float16',
  });
  for (const { name, bytes } of files) say(`${name}: ${Math.round(bytes / 1000)} kB`);
}

function graft(...args) {
  const command = join(root, 'packages/cli/bin/graft.js');
  const ended = spawnSync(process.execPath, [command, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
  });
  if (ended.status !== 0) throw new Error(`graft ${args.join(' ')}: exit ${ended.status}.`);
  return ended.stdout;
}
