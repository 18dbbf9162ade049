import { readFile } from 'node:fs/promises';
import { filePath } from '@pip-graft/graft/files';
import type { Session } from '../pipeline/run.ts';
import { digestOf, type Journal } from './journal.ts';
import type { Job } from './place-results.ts';

/** The jobs whose results are not there yet, or were made from something else. */
export async function notDone(
  jobs: readonly Job[],
  known: { readonly journal: Journal; readonly settings: string; readonly session: Session },
): Promise<Job[]> {
  const { journal, settings, session } = known;
  const todo: Job[] = [];
  for (const [index, job] of jobs.entries()) {
    session.signal.throwIfAborted();
    session.progress('looking at what is done', index, jobs.length);
    // What cannot be read is restored, which fails and says why.
    const input = (): Promise<string | undefined> =>
      readFile(filePath(job.path)).then(digestOf, () => undefined);
    if (!(await journal.isDone(job.name, settings, input))) todo.push(job);
  }
  return todo;
}
