import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The package.json as published: `onlyFor` becomes npm's `os`, `cpu` and `libc`. In a clone
 * these fields would fail `npm ci` on every other system, because npm checks them for workspaces too.
 */
export function forPlatform({ onlyFor, ...rest }) {
  return { ...rest, ...onlyFor };
}

/** Writes that package.json for each platform-specific package. */
export function writePlatforms(packages) {
  for (const { folder, manifest } of packages)
    if (manifest.onlyFor !== undefined) {
      const text = JSON.stringify(forPlatform(manifest), null, 2);
      writeFileSync(join(folder, 'package.json'), `${text}\n`);
    }
}
