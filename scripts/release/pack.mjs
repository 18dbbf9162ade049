import { join } from 'node:path';
import { npm } from './npm.mjs';

/** Packs every package into a folder: name, tarball, sizes in bytes and the files in it. */
export function pack(packages, into) {
  return packages.map(({ folder, manifest }) => {
    const text = npm(folder, ['pack', '--json', '--ignore-scripts', '--pack-destination', into]);
    const [{ filename, size, unpackedSize, files }] = JSON.parse(text);
    return {
      name: manifest.name,
      manifest,
      folder,
      tarball: join(into, filename),
      packed: size,
      unpacked: unpackedSize,
      files: files.map(({ path }) => path),
    };
  });
}
