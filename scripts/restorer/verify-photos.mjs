import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Rejects a folder that does not hold exactly the photographs of the list. */
export function verifyPhotos(photos, folder) {
  const there = new Set(readdirSync(folder));
  for (const { file, sha256, source, path } of photos) {
    if (!there.delete(file))
      throw new Error(`${folder}: ${file} is missing; it was made from ${path} of ${source}.`);
    const found = createHash('sha256')
      .update(readFileSync(join(folder, file)))
      .digest('hex');
    if (found !== sha256)
      throw new Error(`${join(folder, file)}: its SHA-256 is ${found}, not ${sha256}.`);
  }
  if (there.size > 0)
    throw new Error(`${folder}: ${[...there][0]} is not in the list of photographs; move it away.`);
}
