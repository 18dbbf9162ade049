import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../install.mjs';

/** Every published package: its folder and its package.json. */
export function publishedPackages() {
  return allPackages().filter(({ manifest }) => manifest.private !== true);
}

/** The restorer and its parts: used in the guides, and published once they pass the gates. */
export function modelPackages() {
  return allPackages().filter(({ manifest }) =>
    /^@pip-graft\/(restorer|backbone-unet|adapter-unet)$/.test(manifest.name),
  );
}

function allPackages() {
  const packages = join(root, 'packages');
  return readdirSync(packages)
    .map((name) => join(packages, name))
    .filter((folder) => existsSync(join(folder, 'package.json')))
    .map((folder) => ({
      folder,
      manifest: JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')),
    }));
}
