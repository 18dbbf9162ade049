import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { npm } from './npm.mjs';

/**
 * Installs the tarballs into an empty folder as a user's project would; what is ours comes from
 * them, the rest from the registry.
 */
export function installPacked(packed, folder, { optional }) {
  const ours = Object.fromEntries(
    packed.map(({ name, tarball }) => [
      name,
      pathToFileURL(tarball).href.replace('file://', 'file:'),
    ]),
  );
  const manifest = {
    name: 'consumer',
    version: '1.0.0',
    private: true,
    type: 'module',
    dependencies: ours,
    overrides: Object.fromEntries(Object.keys(ours).map((name) => [name, `$${name}`])),
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
