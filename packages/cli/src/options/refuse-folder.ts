import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { GraftError } from '@pip-graft/onnx-graft';
import { Option } from 'commander';

/** What a folder can hold, and the file that tells. */
export const marks = {
  'an adapter': 'adapter_config.json',
  'a sensor': 'sensor_config.json',
} as const;

/** What may stand where a result goes. */
export type FolderKind = keyof typeof marks;

export function forceOption(kind: FolderKind): Option {
  return new Option('--force', `replace ${kind} that is there`);
}

/** Refuses to write over what may hold days of training. Errors: `WRITE_FAILED`. */
export function refuseFolder(output: string, kind: FolderKind, force: boolean | undefined): void {
  if (!force && existsSync(join(output, marks[kind]))) {
    throw new GraftError(
      'WRITE_FAILED',
      `${output}: ${kind} is there; choose another folder, or --force to replace it.`,
    );
  }
}
