// npm run release-check: packs every package, installs the tarballs into an empty folder and uses
// them. --small does that without onnxruntime only, but follows docs/guides/install.md with it;
// --json prints the result, --write records the sizes.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { install, must } from './install.mjs';
import { check } from './release/check.mjs';
import { publishedPackages } from './release/packages.mjs';
import { writeSizes } from './release/write-sizes.mjs';

const small = process.argv.includes('--small');
const json = process.argv.includes('--json');
install();
if (!small) {
  // Otherwise leftovers of an earlier build would be packed.
  for (const { folder } of publishedPackages())
    rmSync(join(folder, 'dist'), { recursive: true, force: true });
  const turbo = [
    'turbo',
    'run',
    'build',
    '--force',
    '--output-logs=errors-only',
    '--no-update-notifier',
  ];
  must('npx', turbo, { stdio: ['ignore', 'ignore', 'inherit'] });
}
const onStep = (name, wrong) => {
  if (json) return;
  console.log(`${wrong.length === 0 ? '✓' : '✗'} ${name}`);
  for (const line of wrong) console.log(`  ${line}`);
};
const { packed, steps } = await check({ optional: !small, guide: true, onStep });
const packages = packed.map(({ name, packed, unpacked, files }) => ({
  name,
  packed,
  unpacked,
  files,
}));
if (json) console.log(JSON.stringify({ packages, steps }));
else
  for (const { name, packed, unpacked } of packages)
    console.log(
      `${name}: ${Math.round(packed / 1000)} kB packed, ${Math.round(unpacked / 1000)} kB unpacked`,
    );
if (process.argv.includes('--write')) writeSizes(packages);
process.exitCode = Object.values(steps).every((wrong) => wrong.length === 0) ? 0 : 1;
