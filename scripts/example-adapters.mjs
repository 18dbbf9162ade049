// npm run example-adapters: writes packages/adapter-*, an untrained adapter for a small network of
// each family. --into FOLDER writes them elsewhere, for comparison.
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build, install, root } from './install.mjs';
import { ownersManifest } from './owners-manifest.mjs';

const at = process.argv.indexOf('--into');
const into = at === -1 ? join(root, 'packages') : resolve(process.argv[at + 1] ?? '.');
install();
build();
const load = (name) =>
  import(`../packages/${name}/dist/${name === 'backbones' ? '' : 'node/'}index.js`);
const { backbonePresets, buildBackbone } = await load('backbones');
const { freshAdapter, hostOf, nodeSha256 } = await load('graft');
const { packAdapter, writeAdapter } = await load('pip-core');
const { version } = JSON.parse(readFileSync(join(root, 'packages/cli/package.json'), 'utf8'));

// Prompts of at most half the default's height and width, to keep the examples small.
const examples = {
  'nafnet-small': { promptSize: [16, 8, 8, 8] },
  'restormer-small': { promptSize: [16, 16, 8] },
  'promptir-small': { promptSize: [16, 16, 8] },
};
const folder = mkdtempSync(join(tmpdir(), 'pip-graft-'));
try {
  for (const [preset, choices] of Object.entries(examples)) {
    const name = `adapter-${preset}`;
    const host = hostOf(buildBackbone(backbonePresets[preset], 0), { newHash: nodeSha256 });
    await writeAdapter(join(folder, name), freshAdapter(host, { name, seed: 0, ...choices }));
    const target = join(into, name);
    mkdirSync(target, { recursive: true });
    writeFileSync(join(folder, name, 'package.json'), JSON.stringify(ownersManifest(name)));
    copyFileSync(join(root, 'LICENSE'), join(folder, name, 'LICENSE'));
    const { files } = await packAdapter(join(folder, name), target, {
      ...{ name: `@pip-graft/${name}`, version, license: 'MIT', baseLicense: 'MIT' },
      ...{ baseName: preset, dtype: 'float16' },
    });
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    console.log(`${name}: ${Math.round(bytes / 1000)} kB`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
