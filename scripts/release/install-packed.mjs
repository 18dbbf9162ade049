import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { npm } from './npm.mjs';

/**
 * Installs the tarballs into an empty folder as a user's project would: our packages from them, the
 * rest from the registry.
 */
export function installPacked(packed, folder, { optional }) {
  const manifest = {
    name: 'consumer',
    version: '1.0.0',
    private: true,
    type: 'module',
    ...fromTarballs(packed),
  };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest, null, 2));
  npm(
    folder,
    [
      'install',
      '--no-audit',
      '--no-fund',
      '--prefer-offline',
      optional ? '' : '--omit=optional',
    ].filter(Boolean),
  );
}

/**
 * Dependencies on the tarballs, and overrides for the dependencies among them. A platform-specific
 * package is not a direct dependency, because npm would fail on other platforms.
 */
export function fromTarballs(packed) {
  const file = ({ tarball }) => pathToFileURL(tarball).href.replace('file://', 'file:');
  const isForAll = ({ manifest }) => manifest.os === undefined;
  return {
    dependencies: Object.fromEntries(packed.filter(isForAll).map((one) => [one.name, file(one)])),
    overrides: Object.fromEntries(
      packed.map((one) => [one.name, isForAll(one) ? `$${one.name}` : file(one)]),
    ),
  };
}
