import { basename, join } from 'node:path';
import { externalLocations } from '@pip-graft/graft';
import { digest, fileSource } from '@pip-graft/graft/files';
import { openModel } from '@pip-graft/graft/node';
import { failureOf } from '../../pipeline/exit.ts';
import { runGates } from '../gates/run-gates.ts';
import { type BuildOptions, buildOutput } from './build-output.ts';
import type { Job, Made, MadeFile } from './job.ts';

// Runs one job in a separate process, which contains the memory and the crashes of native code.

const send = (message: FromProcess): Promise<void> =>
  new Promise((resolve) => process.send?.(message, () => resolve()) ?? resolve());

process.once('message', async (job: ToProcess) => {
  try {
    const made = await runJob(job, {
      onStage: (stage, done, total) => void send({ kind: 'stage', stage, done, total }),
    });
    await send({ kind: 'made', made });
  } catch (error) {
    await send({ kind: 'failed', ...failureOf(error) });
  }
  process.disconnect();
});
// The parent process has ended.
process.once('disconnect', () => process.exit());

/**
 * Runs a job in its staging folder: builds its output and runs its gates.
 *
 * Errors: those of each step. A gate that fails is a verdict, not an error.
 */
async function runJob(job: Job, options: BuildOptions = {}): Promise<Made> {
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

/** Message to a job's process: the job, once. */
type ToProcess = Job;

/** Message from a job's process: its progress, and finally its result or error. */
export type FromProcess =
  | {
      readonly kind: 'stage';
      readonly stage: string;
      readonly done: number;
      readonly total: number;
    }
  | { readonly kind: 'made'; readonly made: Made }
  | {
      readonly kind: 'failed';
      readonly code: string;
      readonly message: string;
      readonly exit: number;
    };
