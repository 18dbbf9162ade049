import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../install.mjs';

/** Writes docs/benchmarks/packages.md. */
export function writeSizes(packages) {
  const kilobytes = (bytes) => `${(bytes / 1000).toFixed(0)} kB`;
  const rows = packages.map(
    ({ name, packed, unpacked, files }) =>
      `| \`${name}\` | ${kilobytes(packed)} | ${kilobytes(unpacked)} | ${files.length} |`,
  );
  const total = (key) => kilobytes(packages.reduce((sum, one) => sum + one[key], 0));
  const lines = [
    '# Sizes of the packages',
    '',
    `Measured ${new Date().toISOString().slice(0, 10)} with \`npm run release-check -- --write\`: what \`npm pack\` makes, sources and source maps included.`,
    '',
    '| package | packed | unpacked | files |',
    '|---|---|---|---|',
    ...rows,
    `| all | ${total('packed')} | ${total('unpacked')} | |`,
    '',
    '`@pip-graft/onnxruntime-linux` is what the command runs models with, an optional dependency; on macOS and Windows it is onnxruntime-node, 288 MB unpacked with the binaries of every platform. `npm install --omit=optional @pip-graft/cli` leaves that and the binaries of sharp out; what runs no model works as before.',
  ];
  writeFileSync(join(root, 'docs/benchmarks/packages.md'), `${lines.join('\n')}\n`);
}
