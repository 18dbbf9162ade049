// npm run version-packages: turns the changesets into the version of all packages and a section of
// CHANGELOG.md, and updates everything else that holds the version.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { install, must, root } from './install.mjs';
import { present } from './present.mjs';
import { publishedPackages } from './release/packages.mjs';

install();
const scratch = mkdtempSync(join(tmpdir(), 'pip-graft-version-'));
const statusFile = join(scratch, 'status.json');
must('npx', ['changeset', 'status', '--output', statusFile]);
/** @type {{ changesets: { summary: string }[] }} */
const { changesets } = JSON.parse(readFileSync(statusFile, 'utf8'));
rmSync(scratch, { recursive: true });
must('npx', ['changeset', 'version']);
const packages = publishedPackages();
const library = packages.find(({ manifest }) => manifest.name === '@pip-graft/graft');
const { version } = present(library, '@pip-graft/graft').manifest;
for (const { folder, manifest } of packages) {
  for (const others of [manifest.dependencies, manifest.optionalDependencies])
    for (const name of Object.keys(others ?? {}))
      if (name.startsWith('@pip-graft/')) others[name] = version;
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}
for (const name of readdirSync(join(root, 'examples'))) {
  const path = join(root, 'examples', name, 'package.json');
  if (!existsSync(path)) continue;
  const text = readFileSync(path, 'utf8');
  writeFileSync(path, text.replace(/("@pip-graft\/[\w-]+": )"[^"]+"/g, `$1"^${version}"`));
}
const changelog = join(root, 'CHANGELOG.md');
const before = readFileSync(changelog, 'utf8');
// A section that a maintainer wrote beforehand stays as it is.
if (!before.includes(`\n## ${version}\n`)) {
  const points = changesets.map(({ summary }) => `- ${summary.trim().replaceAll('\n', '\n  ')}\n`);
  const at = before.indexOf('\n## ') + 1;
  const section = `## ${version}\n\n${points.join('')}\n`;
  writeFileSync(changelog, before.slice(0, at) + section + before.slice(at));
}
const file = join(root, 'packages/backbones/src/version.ts');
const text = readFileSync(file, 'utf8');
writeFileSync(file, text.replace(/version = '[^']+'/, `version = '${version}'`));
const guide = join(root, 'docs/guides/graft.md');
const shown = readFileSync(guide, 'utf8');
writeFileSync(guide, shown.replace(/written by pip-graft \S+/, `written by pip-graft ${version}`));
// Built networks name the version, and adapters the digest of their network.
must('node', ['scripts/example-adapters.mjs']);
must('npm', ['install', '--package-lock-only', '--ignore-scripts', '--no-audit', '--no-fund']);
