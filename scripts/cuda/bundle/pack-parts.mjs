import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  createReadStream,
  lstatSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { constants, createBrotliCompress, createGzip } from 'node:zlib';
import { PartWriter } from './part-writer.mjs';

/**
 * The staged folder as parts: node alone in gzip, which every Linux opens; the rest as tar in
 * brotli, which that node opens. On the provider library, brotli at 6 is 1 % larger than xz at 6
 * and twelve times as fast; higher levels are slower for no gain.
 *
 * @param {object} bundle
 * @param {string} bundle.folder
 * @param {string} bundle.stage
 * @param {number} bundle.partSize in bytes
 * @param {object} bundle.facts
 * @param {(line: string) => void} bundle.say
 */
export async function packParts({ folder, stage, partSize, facts, say }) {
  const files = filesOf(stage);
  const manifest = { ...facts, files };
  writeFileSync(join(stage, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  writeFileSync(join(folder, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  say(
    `${files.length} files, ${(files.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6).toFixed(0)} MB`,
  );

  const node = new PartWriter(folder, 'node.gz', partSize);
  await pipeline(createReadStream(process.execPath), createGzip({ level: 9 }), node);

  const tar = spawn(
    'tar',
    [
      '--create',
      '--sort=name',
      '--mtime=@0',
      '--owner=0',
      '--group=0',
      '--numeric-owner',
      '--mode=u+rw,go=rX',
      '-C',
      stage,
      '.',
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const brotli = createBrotliCompress({
    params: { [constants.BROTLI_PARAM_QUALITY]: 6, [constants.BROTLI_PARAM_LGWIN]: 24 },
  });
  const rest = new PartWriter(folder, 'bundle.tar.br', partSize);
  const ended = new Promise((resolve, reject) => {
    tar.on('error', reject);
    tar.on('close', resolve);
  });
  await pipeline(tar.stdout, brotli, rest);
  if ((await ended) !== 0) throw new Error('tar failed; it has to be GNU tar.');

  const parts = [...node.parts, ...rest.parts];
  writeFileSync(
    join(folder, 'SHA256SUMS'),
    parts.map(({ name, digest }) => `${digest}  ${name}\n`).join(''),
  );
  const script = readFileSync(new URL('reassemble.sh', import.meta.url));
  writeFileSync(join(folder, 'reassemble.sh'), script, { mode: 0o755 });
  return parts;
}

/** Every file and link with its digest, sorted by path. */
function filesOf(stage) {
  return readdirSync(stage, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      const relative = path.slice(stage.length + 1);
      if (entry.isSymbolicLink()) return { path: relative, bytes: 0, link: readlinkSync(path) };
      const digest = createHash('sha256').update(readFileSync(path)).digest('hex');
      return { path: relative, bytes: lstatSync(path).size, sha256: digest };
    })
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}
