import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  adapterPackageJson,
  checkAdapter,
  encodeAdapterConfig,
  initAdapter,
} from '@pip-graft/pip-core';
import { readAdapter, writeAdapter } from '@pip-graft/pip-core/node';
import { writeSafetensors } from '@pip-graft/weights';
import { expect } from '../check.mjs';
import { mutateBlind } from '../mutate/blind.mjs';
import { mutateJson } from '../mutate/json.mjs';
import { mutateSafetensors } from '../mutate/safetensors.mjs';
import { temporaryFolder } from '../temporary-folder.mjs';

const sites = [1, 2].map((level) => ({ level, channels: 8 * level, scale: level }));
const host = { family: 'unet', sites, fingerprint: 'pipfp1:0', digest: 'sha256:0' };
const choices = { labels: ['rain', 'haze'], promptChannels: [8], promptSize: [8] };
let made;
let folder;

function adapters() {
  made ??= [
    files(initAdapter(host, choices)),
    files({
      ...initAdapter(host, { ...choices, mode: 'pip_cross_topm', attach: 'replace', seed: 2 }),
      training: { dataset: 'x', steps: 10, losses: [1, 0.5] },
      defaultDegradation: [0.25, 0.75],
      license: 'MIT',
    }),
  ];
  return made;
}

/** The files that `writeAdapter` writes. */
function files(adapter) {
  const text = (string) => new TextEncoder().encode(string);
  return {
    'adapter_config.json': text(encodeAdapterConfig(adapter)),
    'adapter_model.safetensors': writeSafetensors(adapter.tensors, {}, adapter.config.dtype),
    'package.json': text(adapterPackageJson(adapter)),
  };
}

/** Adapter folders: what is read is valid, and the same after writing and reading it again. */
export const adapter = {
  name: 'adapter',
  share: 8,
  make(dice) {
    const given = { ...dice.pick(adapters()) };
    const name = dice.weighted([
      [6, 'adapter_config.json'],
      [3, 'adapter_model.safetensors'],
      [1, 'package.json'],
    ]);
    const bytes = given[name];
    if (dice.chance(0.15)) given[name] = mutateBlind(bytes, dice);
    else if (name.endsWith('.safetensors')) given[name] = mutateSafetensors(bytes, dice);
    else given[name] = new TextEncoder().encode(mutateJson(Buffer.from(bytes).toString(), dice));
    if (dice.chance(0.02)) delete given[dice.pick(Object.keys(given))];
    return given;
  },
  async run(given) {
    folder ??= temporaryFolder('adapter');
    const [from, to] = ['in', 'out'].map((name) => join(folder, name));
    for (const path of [from, to]) rmSync(path, { recursive: true, force: true });
    mkdirSync(from);
    for (const [name, bytes] of Object.entries(given)) writeFileSync(join(from, name), bytes);
    const read = readAdapter(from);
    checkAdapter(read);
    await writeAdapter(to, read);
    expect(readdirSync(to).length === 4, 'four files are written');
    const again = readAdapter(to);
    expect(again.digest === read.digest, 'writing what was read gives the same adapter');
    return 'read';
  },
};
