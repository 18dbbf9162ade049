import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { GraftError } from '@pip-graft/onnx-graft';
import { Option } from 'commander';

export function forceOption(): Option {
  return new Option('--force', 'replace an adapter that is there');
}

/** Refuses to write over an adapter, which may hold days of training. Errors: `WRITE_FAILED`. */
export function refuseAdapter(output: string, force: boolean | undefined): void {
  if (!force && existsSync(join(output, 'adapter_config.json'))) {
    throw new GraftError(
      'WRITE_FAILED',
      `${output}: an adapter is there; choose another folder, or --force to replace it.`,
    );
  }
}
