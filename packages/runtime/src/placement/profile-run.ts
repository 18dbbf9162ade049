import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GraftError, type Model } from '@pip-graft/onnx-graft';
import { temporaryFolder } from '@pip-graft/onnx-graft/node';
import type { TensorFeeds } from '@pip-graft/weights';
import { createSession, type SessionOptions } from '../session/create-session.ts';
import { runModel } from '../session/run-model.ts';
import { type ProfiledNode, readProfile } from './read-profile.ts';

/**
 * Runs a model once with onnxruntime's profiler; returns what ran where, and whether CPU fallback
 * was forbidden.
 *
 * Errors: those of `createSession` and `runModel`; `RUNTIME_FAILED` if no profile was written.
 */
export async function profileRun(
  model: string | Model,
  feeds: TensorFeeds,
  options: SessionOptions,
): Promise<{ readonly nodes: readonly ProfiledNode[]; readonly strict: boolean }> {
  const folder = await temporaryFolder();
  try {
    const profile = join(folder.path, 'profile');
    const session = await createSession(model, { ...options, profile });
    try {
      await runModel(session, feeds);
    } finally {
      await session.release();
    }
    const { strict } = session;
    // Names contain a time; of several sessions, the last is the one that ran.
    const nodes: ProfiledNode[] = [];
    for (const name of (await readdir(folder.path)).sort()) {
      nodes.push(...readProfile(await readFile(join(folder.path, name), 'utf8'), name));
    }
    if (nodes.length === 0) {
      throw new GraftError(
        'RUNTIME_FAILED',
        `${session.label}: onnxruntime wrote no profile of its run, so that nothing is known of where it ran.`,
      );
    }
    return { nodes, strict };
  } finally {
    await folder.remove();
  }
}
