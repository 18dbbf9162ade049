import { cpSync } from 'node:fs';
import { basename, join } from 'node:path';
import { forPlatform, writePlatforms } from './for-platform.mjs';
import { npm } from './npm.mjs';

/** Packs every package into a folder: name, tarball, sizes in bytes and the files in it. */
export function pack(packages, into) {
  return packages.map(({ folder, manifest }) => {
    const staged = stage(folder, manifest, into);
    const text = npm(staged, ['pack', '--json', '--ignore-scripts', '--pack-destination', into]);
    const [{ filename, size, unpackedSize, files }] = JSON.parse(text);
    return {
      name: manifest.name,
      manifest: forPlatform(manifest),
      folder,
      tarball: join(into, filename),
      packed: size,
      unpacked: unpackedSize,
      files: files.map(({ path }) => path),
    };
  });
}

/** The folder to pack: for a platform-specific package, a copy with the platform's fields. */
function stage(folder, manifest, into) {
  if (manifest.onlyFor === undefined) return folder;
  const staged = join(into, 'staged', basename(folder));
  cpSync(folder, staged, { recursive: true });
  writePlatforms([{ folder: staged, manifest }]);
  return staged;
}
