import { basename, join } from 'node:path';
import { externalLocations } from '@pip-graft/graft';
import { digest, fileSource } from '@pip-graft/graft/files';
import { openModel } from '@pip-graft/graft/node';
import { runGates } from '../gates/run-gates.ts';
import { type BuildOptions, buildOutput } from './build-output.ts';
import type { Job, Made, MadeFile } from './job.ts';

/**
 * Runs a job in its staging folder: builds its output and runs its gates.
 *
 * Errors: those of each step. A gate that fails is a verdict, not an error.
 */
export async function runJob(job: Job, options: BuildOptions = {}): Promise<Made> {
  const output = await buildOutput(job, basename(job.config.output), options);
  const files = filesOf(output.path);
  const { gates, measured } = await runGates(job, output, files, options);
  const { family, precision, adapters, labels, seeded, warnings } = output;
  return { files, family, precision, adapters, labels, seeded, gates, measured, warnings };
}

/** Files of a model and its external data, the model first. */
function filesOf(path: string): MadeFile[] {
  const opened = openModel(path);
  opened.close();
  return [basename(path), ...[...externalLocations(opened.model)].sort()].map((name) => {
    const source = fileSource(join(path, '..', name));
    try {
      return { name, bytes: source.size, digest: digest(source) };
    } finally {
      source.close();
    }
  });
}
