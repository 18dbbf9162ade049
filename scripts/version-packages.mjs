// npm run version-packages: what the changesets say becomes versions and changelogs, and whatever
// else holds the version follows.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { install, must, root } from './install.mjs';
import { present } from './present.mjs';
import { publishedPackages } from './release/packages.mjs';

install();
must('npx', ['changeset', 'version']);
const packages = publishedPackages();
const library = packages.find(({ manifest }) => manifest.name === '@pip-graft/graft');
const { version } = present(library, '@pip-graft/graft').manifest;
for (const { folder, manifest } of packages) {
  for (const name of Object.keys(manifest.dependencies ?? {}))
    if (name.startsWith('@pip-graft/')) manifest.dependencies[name] = version;
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}
const file = join(root, 'packages/graft/src/version.ts');
const text = readFileSync(file, 'utf8');
writeFileSync(file, text.replace(/version = '[^']+'/, `version = '${version}'`));
must('npm', ['install', '--package-lock-only', '--ignore-scripts', '--no-audit', '--no-fund']);
