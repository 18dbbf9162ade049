import { statSync } from 'node:fs';
import { GraftError } from '@pip-graft/onnx-graft';
import { openModel } from '@pip-graft/onnx-graft/node';
import { readGraft } from '@pip-graft/pip-core';
import { Option } from 'commander';

export function forceFileOption(): Option {
  return new Option('--force', 'replace a file that is not a grafted model');
}

/** Refuses to write a grafted model over a file of another kind. Errors: `WRITE_FAILED`. */
export function refuseForeignFile(output: string, force: boolean | undefined): void {
  if (force || !isFile(output)) return;
  if (!isGrafted(output)) {
    throw new GraftError(
      'WRITE_FAILED',
      `${output}: a file that is not a grafted model is there; choose another name, or --force to replace it.`,
    );
  }
}

function isGrafted(path: string): boolean {
  try {
    const opened = openModel(path);
    try {
      return readGraft(opened.model) !== null;
    } finally {
      opened.close();
    }
  } catch {
    return false;
  }
}

/** What is no file, or cannot be looked at, is refused when it is written to. */
function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
