import { readdirSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isRunning, parseTemporaryName, temporaryPath } from '@pip-graft/onnx-graft/node';

/**
 * The file in which a blob is downloaded, under a name that only this download has. What an earlier one
 * left, stopped or killed, becomes this file: a rename succeeds for one process only.
 *
 * Files that other programs download into are not touched.
 */
export async function claimPartial(blob: string): Promise<string> {
  const own = temporaryPath(blob);
  for (const left of [partialPath(blob), ...abandoned(blob)]) {
    try {
      await rename(left, own);
      return own;
    } catch {
      // There is none, or another process has it.
    }
  }
  return own;
}

/** Leaves what was downloaded to the next download of the blob. */
export async function releasePartial(own: string, blob: string): Promise<void> {
  await rename(own, partialPath(blob)).catch(() => {});
}

function partialPath(blob: string): string {
  return join(dirname(blob), `.${basename(blob)}.part`);
}

/** What processes that were killed downloaded of a blob. */
function abandoned(blob: string): string[] {
  const folder = dirname(blob);
  return readdirSync(folder)
    .filter((name) => {
      const found = parseTemporaryName(name);
      return found?.target === basename(blob) && found.mark && isRunning(found.mark) === false;
    })
    .map((name) => join(folder, name));
}
