import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const made = [];

/** A folder that is removed when the process ends. */
export function temporaryFolder(name) {
  if (made.length === 0) {
    process.on('exit', () => {
      for (const path of made) rmSync(path, { recursive: true, force: true });
    });
  }
  made.push(mkdtempSync(join(tmpdir(), `graft-fuzz-${name}-`)));
  return made.at(-1);
}
